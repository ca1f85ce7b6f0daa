import { ENDS } from "../../cutover/courses.ts";
import type { CourseReport } from "../../cutover/told/course-report.ts";
import type { StepStatus } from "../../cutover/told/course-status.ts";
import type { Task } from "../../cutover/told/day-after.ts";
import { formatDuration, formatObjects } from "../format.ts";
import { clock, moment, momentCells } from "./moment.ts";
import { passItems } from "./report-passes.ts";

/** A part of a report, for whoever renders it. Its texts are as they came, and may hold anything. */
export interface Section {
	readonly title: string;
	readonly blocks: readonly Block[];
}

type Item = readonly [name: string, text: string];

export type Block =
	| { readonly type: "items"; readonly items: readonly Item[] }
	| {
			readonly type: "table";
			readonly head: readonly string[];
			readonly rows: readonly (readonly string[])[];
	  }
	| { readonly type: "text"; readonly text: string }
	/** `language`: of a highlighter; "": none. */
	| {
			readonly type: "code";
			readonly language: string;
			readonly lines: readonly string[];
	  }
	| { readonly type: "tasks"; readonly tasks: readonly Task[] };

/** What a report is called. */
export function reportTitle({ course, outcome, status }: CourseReport): string {
	return `${course === "cutover" ? "Cutover" : "Rollback"} ${status.id}: ${outcome}`;
}

/** A report in its parts, in the order in which they are asked for; those that are empty are left out. */
export function reportSections(report: CourseReport): readonly Section[] {
	const sections: readonly Section[] = [
		{ title: "What", blocks: [items(whatItems(report))] },
		{ title: "How long", blocks: [items(timeItems(report))] },
		{ title: "Steps", blocks: [stepTable(report)] },
		{
			title: "Copied, deleted and verified (UTC)",
			blocks: [items(passItems(report))],
		},
		{ title: "Configuration", blocks: configured(report) },
		{
			title: "What there is to do now",
			blocks: [{ type: "tasks", tasks: report.tasks }],
		},
		{
			title: "All that was told (UTC)",
			blocks: [{ type: "code", language: "", lines: told(report) }],
		},
	];
	return sections
		.map(({ title, blocks }) => ({
			title,
			blocks: blocks.filter((block) => !isEmpty(block)),
		}))
		.filter(({ blocks }) => blocks.length > 0);
}

function items(list: readonly Item[]): Block {
	return { type: "items", items: list };
}

function isEmpty(block: Block): boolean {
	switch (block.type) {
		case "items":
			return block.items.length === 0;
		case "table":
			return block.rows.length === 0;
		case "text":
			return block.text === "";
		case "code":
			return block.lines.length === 0;
		case "tasks":
			return block.tasks.length === 0;
		default:
			return block satisfies never;
	}
}

function whatItems(report: CourseReport): readonly Item[] {
	const { status, runs, acknowledged, unproven, failure, fenced } = report;
	const [from, to] = ENDS[report.course];
	const run = runs.at(-1);
	const version = report.registry === undefined ? "" : `, ${report.registry}`;
	return [
		[from, place(run?.source, status.source)],
		[to, place(run?.target, status.target)],
		...(run === undefined
			? []
			: [["registry", `kind ${run.kind}${version}`] as const]),
		...(run?.nodes ?? []).map(
			(node): Item => [
				"node",
				`${node.name}, ${node.url}, on ${node.host}${node.version === undefined ? "" : `, GitLab's registry ${node.version}`}`,
			],
		),
		...(runs.length === 0
			? [["begun", `${moment(status.begunAt)} by ${status.operator}`] as const]
			: runs.map(
					({ at, operator, process, version }, index): Item => [
						index === 0 ? "begun" : "gone on",
						`${moment(Date.parse(at))} by ${operator}, with regmigrate ${version} (${process})`,
					],
				)),
		...(status.endedAt === undefined
			? []
			: [["ended", moment(status.endedAt)] as const]),
		["answered for", acknowledged.join(", ") || "nothing"],
		...(unproven.length > 0 ? unproven : ["nothing was left out"]).map(
			(text): Item => ["not proven", text],
		),
		...(fenced === undefined
			? []
			: [
					[
						"old source",
						`unwritable: ${formatObjects(fenced.directories, "directory", "directories")} and ${formatObjects(fenced.files, "file")}`,
					] as const,
				]),
		...(status.reason === undefined
			? []
			: [["turned back because", status.reason] as const]),
		...(failure?.message === undefined
			? []
			: [["said at its end", failure.message] as const]),
	];
}

/** A store as people name it, and where that is: its identity. */
function place(url: string | undefined, identity: string): string {
	if (url === undefined) return identity;
	return url.startsWith("file:") ? url : `${url} (${identity})`;
}

function timeItems({
	status: { refusing, steps },
	predictedMs,
	predictedWindow,
	pulls,
}: CourseReport): readonly Item[] {
	const last = steps.find(({ step }) => step.startsWith("final"));
	const lastMs =
		last?.beganAt === undefined || last.endedAt === undefined
			? undefined
			: last.endedAt - last.beganAt;
	const windowMs = predictedWindow?.windowMs;
	const expected =
		windowMs === undefined ? "" : `; expected ${formatDuration(windowMs)}`;
	return [
		["pushes", `${refusedText(refusing)}${expected}`],
		...pulls.flatMap(({ at, nodes, noneServedMs }): readonly Item[] => [
			...nodes.map(
				({ node, failedMs }): Item => [
					`pulls from ${node}`,
					`failed for ${formatDuration(failedMs)} meanwhile (seen until ${clock(at)} UTC)`,
				],
			),
			...(nodes.length < 2
				? []
				: [
						[
							"pulls from all nodes at once",
							`failed for ${formatDuration(noneServedMs)}`,
						] as const,
					]),
		]),
		...(predictedMs === undefined
			? []
			: [
					[
						"last pass",
						`${lastMs === undefined ? "not made" : `took ${formatDuration(lastMs)}`}; expected ${formatDuration(predictedMs)}`,
					] as const,
				]),
	];
}

function refusedText(refusing: CourseReport["status"]["refusing"]): string {
	if (refusing === undefined) return "not refused";
	const { since, until } = refusing;
	return until === undefined
		? `refused since ${moment(since)}`
		: `refused for ${formatDuration(until - since)}, from ${moment(since)} to ${moment(until)}`;
}

function stepTable({
	status: { steps, direction },
	predictedWindow,
}: CourseReport): Block {
	const expected = new Map(
		predictedWindow?.steps?.map(({ step, ms }) => [step, ms]),
	);
	const cells = ({ step, state, beganAt, endedAt }: StepStatus) => {
		// Of a way back nothing was expected.
		const ms = state.startsWith("und") ? undefined : expected.get(step);
		const isTimed = beganAt !== undefined && endedAt !== undefined;
		const began = beganAt === undefined ? ["", ""] : momentCells(beganAt);
		return [
			step,
			state === "to do" && direction !== "forward" ? "not begun" : state,
			...began,
			ms === undefined ? "" : formatDuration(ms),
			isTimed ? formatDuration(endedAt - beganAt) : "",
		];
	};
	return {
		type: "table",
		head: ["step", "state", "began (UTC)", "local time", "expected", "took"],
		rows: steps.filter(({ state }) => state !== "not needed").map(cells),
	};
}

function configured({ configured: changes }: CourseReport): readonly Block[] {
	return changes.flatMap(({ at, node, diff, commands }): readonly Block[] => [
		{
			type: "text",
			text: `${moment(Date.parse(at))}, ${node}${commands.length === 0 ? "" : `, then ${commands.join(", then ")}`}:`,
		},
		{
			type: "code",
			language: "diff",
			lines: diff.trimEnd().replaceAll("\t", "  ").split("\n"),
		},
	]);
}

function told({ told: events }: CourseReport): readonly string[] {
	return events.flatMap(({ at, text = "" }) =>
		text.split("\n").map((line) => `${at.slice(0, 19)} ${line}`),
	);
}
