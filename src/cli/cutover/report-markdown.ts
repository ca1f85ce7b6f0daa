import type { CourseReport } from "../../cutover/told/course-report.ts";
import type { StepStatus } from "../../cutover/told/course-status.ts";
import type { Task } from "../../cutover/told/day-after.ts";
import {
	formatBytes,
	formatDuration,
	formatObjects,
	printable,
} from "../format.ts";

/** A report as Markdown, which is read as it is, too. */
export function reportMarkdown(report: CourseReport): string {
	const { course, outcome, status } = report;
	return [
		`# ${course === "cutover" ? "Cutover" : "Rollback"} ${status.id}: ${outcome}`,
		...section("What", whatLines(report)),
		...section("Steps", stepLines(report)),
		...section("How long", timeLines(report)),
		...section("Passes", passLines(report)),
		...section("Configuration", configuredLines(report)),
		...section("What there is to do now", taskLines(report.tasks)),
		...section(
			"All that was told (UTC)",
			fenced(
				report.told.flatMap(({ at, text = "" }) =>
					text
						.split("\n")
						.map((line) => `${at.slice(0, 19)} ${printable(line)}`),
				),
			),
		),
		"",
	].join("\n");
}

function section(title: string, lines: readonly string[]): readonly string[] {
	return lines.length === 0 ? [] : ["", `## ${title}`, "", ...lines];
}

function whatLines(report: CourseReport): readonly string[] {
	const { status, runs, acknowledged, unproven, failure, fenced } = report;
	const run = runs.at(-1);
	return [
		item("source", run?.source ?? status.source),
		item("target", run?.target ?? status.target),
		...(run === undefined ? [] : [item("registry", `kind ${run.kind}`)]),
		...(run?.nodes ?? []).map(({ name, url, host, version }) =>
			item(
				"node",
				`${name}, ${url}, on ${host}${version === undefined ? "" : `, GitLab's registry ${version}`}`,
			),
		),
		...(runs.length === 0
			? [item("begun", `${moment(status.begunAt)} by ${status.operator}`)]
			: runs.map(({ at, operator, process, version }, index) =>
					item(
						index === 0 ? "begun" : "gone on",
						`${moment(Date.parse(at))} by ${operator}, with regmigrate ${version} (${process})`,
					),
				)),
		...(status.endedAt === undefined
			? []
			: [item("ended", moment(status.endedAt))]),
		item("answered for", acknowledged.join(", ") || "nothing beforehand"),
		...unproven.map((text) => item("not proven", text)),
		...(fenced === undefined
			? []
			: [
					item(
						"old source",
						`unwritable: ${formatObjects(fenced.directories, "directory", "directories")} and ${formatObjects(fenced.files, "file")}`,
					),
				]),
		...(status.reason === undefined
			? []
			: [item("turned back because", status.reason)]),
		...(failure?.message === undefined
			? []
			: [item("said at its end", failure.message)]),
	];
}

function item(name: string, text: string): string {
	return `- ${name}: ${printable(text)}`;
}

function stepLines({
	status: { steps },
	predictedWindow,
}: CourseReport): readonly string[] {
	const expected = new Map(
		predictedWindow?.steps?.map(({ step, ms }) => [step, ms]),
	);
	const cells = ({ step, state, beganAt, endedAt }: StepStatus) => {
		const ms = expected.get(step);
		const isTimed = beganAt !== undefined && endedAt !== undefined;
		return [
			...[step, state, beganAt === undefined ? "" : moment(beganAt)],
			ms === undefined ? "" : formatDuration(ms),
			isTimed ? formatDuration(endedAt - beganAt) : "",
		];
	};
	return [
		"| step | state | began | expected | took |",
		"| --- | --- | --- | --- | --- |",
		...steps.map((step) => `| ${cells(step).join(" | ")} |`),
	];
}

function timeLines({
	status: { refusing, steps },
	predictedMs,
	predictedWindow,
	pulls,
}: CourseReport): readonly string[] {
	const last = steps.find(({ step }) => step.startsWith("final"));
	const lastMs =
		last?.beganAt === undefined || last.endedAt === undefined
			? undefined
			: last.endedAt - last.beganAt;
	return [
		refusing === undefined
			? "- pushes: not refused"
			: refusing.until === undefined
				? `- pushes: refused since ${moment(refusing.since)}`
				: `- pushes: refused for ${formatDuration(refusing.until - refusing.since)}, from ${moment(refusing.since)} to ${moment(refusing.until)}`,
		...pulls.flatMap(({ at, nodes, noneServedMs }) => [
			...nodes.map(({ node, failedMs }) =>
				item(
					`pulls from ${node}`,
					`failed for ${formatDuration(failedMs)} meanwhile (seen until ${at.slice(11, 19)})`,
				),
			),
			item(
				"pulls from all nodes at once",
				`failed for ${formatDuration(noneServedMs)}`,
			),
		]),
		...(predictedWindow?.windowMs === undefined
			? []
			: [
					`- pushes: expected to be refused for ${formatDuration(predictedWindow.windowMs)}`,
				]),
		...(predictedMs === undefined
			? []
			: [
					`- last pass: expected to take ${formatDuration(predictedMs)}${lastMs === undefined ? "" : `, took ${formatDuration(lastMs)}`}`,
				]),
	];
}

function passLines({
	deletes,
	passes,
	verified,
	served,
	flushed,
}: CourseReport): readonly string[] {
	return [
		...passes.map(({ at, kind, result }) => {
			const { scanned, copied, deleted, failed, heldBack, damage } = result;
			const broken = damage.corrupt + damage.malformed + damage.dangling;
			return item(
				`${at.slice(11, 19)} ${kind} pass`,
				[
					`${formatObjects(scanned.objects)} looked at`,
					`${formatObjects(copied.objects)} copied (${formatBytes(copied.bytes)})`,
					`${formatObjects(deleted.objects)} deleted`,
					...(failed > 0 ? [`${failed} failed`] : []),
					...(heldBack > 0 ? [`${heldBack} held back`] : []),
					...(broken > 0 ? [`${broken} broken in the source`] : []),
				].join(", "),
			);
		}),
		...(deletes === undefined
			? []
			: [
					item(
						`${deletes.at.slice(11, 19)} to delete`,
						`${formatObjects(deletes.counts.objects)}: ${formatObjects(deletes.counts.tags, "tag")}, ${formatObjects(deletes.counts.links, "other link")}, ${formatObjects(deletes.counts.blobs, "blob")}; named in ${deletes.path}`,
					),
				]),
		...verified.map(({ at, objects, isWhole }) =>
			item(
				`${at.slice(11, 19)} verified`,
				`${formatObjects(objects)}${isWhole ? ", all that there are" : " that were changed"}`,
			),
		),
		...served.map(({ at, node, hosts }) =>
			item(
				`${at.slice(11, 19)} canary`,
				`served by ${node}${hosts.length === 0 ? "" : `, blobs from ${hosts.join(", ")}`}`,
			),
		),
		...flushed.map(({ at, address, keys }) =>
			item(
				`${at.slice(11, 19)} Redis`,
				`${formatObjects(keys, "key")} deleted at ${address}`,
			),
		),
	];
}

function configuredLines({ configured }: CourseReport): readonly string[] {
	return configured.flatMap(({ at, node, diff, commands }) => [
		`${moment(Date.parse(at))}, ${printable(node)}${commands.length === 0 ? "" : `, then ${commands.map((line) => `\`${printable(line)}\``).join(", ")}`}:`,
		"",
		...fenced(
			diff
				.trimEnd()
				.split("\n")
				.map((line) => printable(line.replaceAll("\t", "  "))),
			"diff",
		),
		"",
	]);
}

function taskLines(tasks: readonly Task[]): readonly string[] {
	return tasks.flatMap(({ text, lines }, index) => [
		`${index + 1}. ${printable(text)}`,
		...(lines.length === 0
			? []
			: ["", ...fenced(lines.map(printable)), ""].map((line) =>
					line === "" ? "" : `   ${line}`,
				)),
	]);
}

/** A longer fence than any in the lines. */
function fenced(lines: readonly string[], language = ""): readonly string[] {
	if (lines.length === 0) return [];
	const longest = Math.max(
		2,
		...lines.flatMap((line) =>
			[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length),
		),
	);
	const fence = "`".repeat(longest + 1);
	return [`${fence}${language}`, ...lines, fence];
}

/** A time in UTC and as the clock on the wall has it. */
function moment(ms: number): string {
	const date = new Date(ms);
	const utc = date.toISOString().slice(0, 19).replace("T", " ");
	const minutes = -date.getTimezoneOffset();
	if (minutes === 0) return `${utc} UTC`;
	const local = new Date(ms + minutes * 60_000).toISOString().slice(11, 19);
	const size = Math.abs(minutes);
	const offset = `${minutes < 0 ? "-" : "+"}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
	return `${utc} UTC (${local} ${offset})`;
}

function pad(count: number): string {
	return String(count).padStart(2, "0");
}
