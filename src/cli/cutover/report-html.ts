import { escapeUTF8 } from "entities";
import type { CourseReport } from "../../cutover/told/course-report.ts";
import { printable } from "../format.ts";
import { type Block, reportSections, reportTitle } from "./report-sections.ts";

/** For screens and paper. Nothing is loaded from elsewhere. */
const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b; background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; border-bottom: 1px solid #ccc; break-after: avoid; }
dl { display: grid; grid-template-columns: minmax(9rem, max-content) 1fr; gap: .15rem 1.2rem; } dt { color: #555; } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; } th, td { text-align: left; padding: .15rem .8rem .15rem 0; border-bottom: 1px solid #e4e4e4; } tr { break-inside: avoid; }
pre { font: 13px/1.45 ui-monospace, monospace; background: #f5f5f5; padding: .6rem .8rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.added { color: #116329; } .removed { color: #a40e26; }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } pre { font-size: 8.5pt; } }
`;

/** A report as one page by itself: no script, nothing from elsewhere. */
export function reportHtml(report: CourseReport): string {
	const title = text(reportTitle(report));
	return [
		"<!doctype html>",
		'<html lang="en">',
		"<head>",
		'<meta charset="utf-8">',
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
		`<title>${title}</title>`,
		`<style>${STYLE}</style>`,
		"</head>",
		"<body>",
		`<h1>${title}</h1>`,
		...reportSections(report).flatMap(({ title, blocks }) => [
			`<h2>${text(title)}</h2>`,
			...blocks.map(blockHtml),
		]),
		"</body>",
		"</html>",
		"",
	].join("\n");
}

function blockHtml(block: Block): string {
	switch (block.type) {
		case "items":
			return element(
				"dl",
				block.items.map(
					([name, value]) => `<dt>${text(name)}</dt><dd>${text(value)}</dd>`,
				),
			);
		case "table":
			return element("table", [
				`<thead>${row("th", block.head)}</thead>`,
				element(
					"tbody",
					block.rows.map((cells) => row("td", cells)),
				),
			]);
		case "text":
			return `<p>${text(block.text)}</p>`;
		case "code":
			return code(block.lines, block.language === "diff");
		case "tasks":
			return element(
				"ol",
				block.tasks.map(
					(task) =>
						`<li><p>${text(task.text)}</p>${task.lines.length === 0 ? "" : code(task.lines)}</li>`,
				),
			);
		default:
			return block satisfies never;
	}
}

function row(cell: "th" | "td", cells: readonly string[]): string {
	return `<tr>${cells.map((one) => `<${cell}>${text(one)}</${cell}>`).join("")}</tr>`;
}

function element(name: string, children: readonly string[]): string {
	return `<${name}>\n${children.join("\n")}\n</${name}>`;
}

function code(lines: readonly string[], isDiff = false): string {
	const shown = lines.map((line) => {
		const kind = isDiff ? CHANGES[line.charAt(0)] : undefined;
		return kind === undefined
			? text(line)
			: `<span class="${kind}">${text(line)}</span>`;
	});
	return `<pre>${shown.join("\n")}</pre>`;
}

/** Lines of a difference by their first character. */
const CHANGES: Readonly<Record<string, string>> = {
	"+": "added",
	"-": "removed",
};

function text(value: string): string {
	return escapeUTF8(printable(value));
}
