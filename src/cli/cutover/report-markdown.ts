import type { CourseReport } from "../../cutover/told/course-report.ts";
import type { Task } from "../../cutover/told/day-after.ts";
import { printable } from "../format.ts";
import { type Block, reportSections, reportTitle } from "./report-sections.ts";

/** A report as Markdown, which is read as it is, too. */
export function reportMarkdown(report: CourseReport): string {
	const parts = [
		`# ${printable(reportTitle(report))}`,
		...reportSections(report).flatMap(({ title, blocks }) => [
			`## ${title}`,
			...blocks.map((block) => blockLines(block).join("\n")),
		]),
	];
	return `${parts.join("\n\n")}\n`;
}

function blockLines(block: Block): readonly string[] {
	switch (block.type) {
		case "items":
			return block.items.map(
				([name, text]) => `- ${printable(name)}: ${printable(text)}`,
			);
		case "table":
			return [
				row(block.head),
				row(block.head.map(() => "---")),
				...block.rows.map(row),
			];
		case "text":
			return [printable(block.text)];
		case "code":
			return fenced(block.lines, block.language);
		case "tasks":
			return block.tasks.flatMap(taskLines);
		default:
			return block satisfies never;
	}
}

function row(cells: readonly string[]): string {
	const escaped = cells.map((cell) => printable(cell).replaceAll("|", "\\|"));
	return `| ${escaped.join(" | ")} |`;
}

function taskLines(
	{ text, lines }: Task,
	index: number,
	{ length }: readonly Task[],
): readonly string[] {
	if (lines.length === 0) return [`${index + 1}. ${printable(text)}`];
	return [
		`${index + 1}. ${printable(text)}`,
		"",
		...fenced(lines).map((line) => `   ${line}`),
		...(index === length - 1 ? [] : [""]),
	];
}

/** A longer fence than any in the lines. */
function fenced(lines: readonly string[], language = ""): readonly string[] {
	const longest = Math.max(
		2,
		...lines.flatMap((line) =>
			[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length),
		),
	);
	const fence = "`".repeat(longest + 1);
	return [`${fence}${language}`, ...lines.map(printable), fence];
}
