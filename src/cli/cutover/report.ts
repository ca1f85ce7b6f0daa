import { renameSync, writeFileSync } from "node:fs";
import {
	type CourseReport,
	courseReport,
} from "../../cutover/told/course-report.ts";
import type { RunRecord } from "../../cutover/told/event-record.ts";
import { messageOf } from "../../store/thrown.ts";
import { formatJson, printable } from "../format.ts";
import { commandLines, type Said } from "../said.ts";
import type { Line } from "../wrapped.ts";
import type { MigrationPaths } from "./migration-files.ts";
import { reportHtml } from "./report-html.ts";
import { reportMarkdown } from "./report-markdown.ts";
import { isSeen, type SeenCourse, seeLast } from "./seen-courses.ts";

/** The report of a course as it is now. */
export function reportOf({
	name,
	records,
	events,
	isRetired,
}: SeenCourse): CourseReport | undefined {
	return courseReport({
		...{ course: name, records, events, isRetired },
		// A report is read anywhere.
		command: (name, run) => command(name, run, COLUMNS, ""),
	});
}

/** Of command lines that are printed indented. */
const COLUMNS = 72;

/** What each command takes of what was said for a cutover. */
const TAKEN: Readonly<Record<string, readonly string[]>> = {
	verify: ["target"],
	retire: ["source", "target"],
	"config render": [
		...["target", "registry-version", "registry-credentials"],
		...["registry-endpoint", "registry-key-file", "registry-driver"],
		...["set", "disable-redirect"],
	],
};

const OF_REGISTRY = [
	...["registry-file", "registry-config", "restart", "registry-url"],
	...["state-directory", "ca-bundle"],
];

/** Flags of `cutover` that say nothing of a way back. */
const ONLY_FORWARD: ReadonlySet<string> = new Set([
	...["until-stable", "max-window", "max-delete", "accept-damage", "yes"],
	...["verify", "fence", "rehearse", "database-backup-made"],
]);

/** A command line of ours with what was said for a cutover, as `commandLines` writes it; `readIn`: where it is read. */
export function command(
	name: string,
	{ words, directory }: RunRecord,
	columns?: number,
	readIn?: string,
): readonly string[] {
	const taken = TAKEN[name];
	const registry =
		name === "verify"
			? ["ca-bundle", "state-directory"]
			: OF_REGISTRY.filter(
					(flag) => name !== "config render" || flag !== "state-directory",
				);
	const has = (said: string) => {
		const flag = said.replace(/^no-/, "");
		return taken === undefined
			? !ONLY_FORWARD.has(flag)
			: taken.includes(flag) || registry.includes(flag);
	};
	const more: Said = name === "verify" ? [["digests", "5%"]] : [];
	return commandLines(
		{
			command: name,
			...{ directory, readIn },
			has: (flag) => flag === "digests" || has(flag),
		},
		[...words, ...more],
		columns,
	);
}

/** What is left to people, as the terminal shows it. */
export function taskLines({ tasks }: CourseReport): readonly Line[] {
	if (tasks.length === 0) return [];
	return [
		"What there is to do now:",
		...tasks.flatMap(({ text, lines }, index) => [
			`  ${index + 1}. ${printable(text)}`,
			...lines.map((line) => ({ verbatim: `       ${printable(line)}` })),
		]),
	];
}

/**
 * Writes the report of what was done last to a registry beside its journal, and says where; with what is left to people.
 * Of what was refused before anything was changed there is none. What cannot be written is said, and that is all.
 */
export function reportLines(paths: MigrationPaths): readonly Line[] {
	const seen = seeLast(paths);
	const report =
		seen !== undefined && isSeen(seen) ? reportOf(seen) : undefined;
	if (report === undefined || report.outcome === "refused") return [];
	const base = paths.events.replace(/events$/, `report-${report.status.id}`);
	const told = taskLines(report);
	try {
		write(`${base}.json`, `${formatJson(report)}\n`);
		write(`${base}.md`, reportMarkdown(report));
		return [...told, `The report is in ${base}.md, and for programs .json.`];
	} catch (error) {
		return [
			...told,
			`The report cannot be written to ${base}.md: ${messageOf(error)}. regmigrate report prints it.`,
		];
	}
}

/** As a whole, or not at all. */
function write(path: string, text: string): void {
	writeFileSync(`${path}.new`, text, { mode: 0o600 });
	renameSync(`${path}.new`, path);
}

/** Reports one after the other, as people read them. */
export function reportText(
	reports: readonly CourseReport[],
	directory: string,
	format: "markdown" | "html",
): string {
	if (reports.length === 0) return nothingKnown(directory);
	const rendered = { markdown: reportMarkdown, html: reportHtml }[format];
	return reports.map(rendered).join("\n").trimEnd();
}

/** Where no journal is. */
export function nothingKnown(directory: string): string {
	return `No cutover is known in ${directory}: none was begun, or it was with another --state-directory.`;
}
