import { describe, expect, test } from "vitest";
import type { JournalRecord } from "../../../src/cutover/course/journal-record.ts";
import { STEPS } from "../../../src/cutover/steps.ts";
import {
	type CourseReport,
	courseReport,
} from "../../../src/cutover/told/course-report.ts";
import type {
	EventRecord,
	RunRecord,
} from "../../../src/cutover/told/event-record.ts";
import { lifecycleRules } from "../../../src/cutover/told/lifecycle-rules.ts";

const at = "2026-01-31T00:00:00.000Z";
const STAMP = { at, id: "one" };

const RUN: RunRecord = {
	...STAMP,
	type: "run",
	course: "cutover",
	operator: "me@here",
	version: "1.0.0",
	process: "process 1 on here",
	directory: "/",
	words: [
		["source", "/srv/registry"],
		["target", "s3://bucket/pre?region=eu-west-1"],
		["yes", true],
		["accept-damage", true],
	],
	source: "file:///srv/registry",
	target: "s3://bucket/pre?region=eu-west-1",
	kind: "distribution",
	nodes: [{ name: "a", url: "http://a:5000", host: "this machine" }],
};

const BEGUN: JournalRecord = {
	type: "begun",
	id: "one",
	operator: "me@here",
	source: "file:///srv/registry/",
	target: "s3://bucket/pre/",
	at,
};
const DONE: readonly JournalRecord[] = [
	BEGUN,
	...STEPS.flatMap(({ name }): JournalRecord[] => [
		{ type: "apply", step: name, at },
		{ type: "done", step: name, at },
	]),
	{ type: "ended", outcome: "done", at },
];

function reportOf(
	records: readonly JournalRecord[],
	...events: readonly EventRecord[]
): CourseReport | undefined {
	return courseReport({
		...{ course: "cutover", records, events, isRetired: false },
		command: (name) => [`our ${name}`],
	});
}

const tasksOf = (run: RunRecord, ...events: readonly EventRecord[]) =>
	(reportOf(DONE, run, ...events)?.tasks ?? [])
		.map(({ text, lines }) => [text, ...lines].join("\n"))
		.join("\n");

describe("courseReport", () => {
	test("is nothing where nothing was begun, and needs no events", () => {
		expect(reportOf([])).toBeUndefined();
		expect(reportOf(DONE)).toMatchObject({ outcome: "done", tasks: [] });
	});

	test("tells who answered for what, and what the last pass was expected to take", () => {
		const next = { listMs: 1, readMs: 2, copyMs: 3, deleteMs: 4 };
		expect(
			reportOf(
				DONE,
				RUN,
				{ ...STAMP, type: "predicted", next },
				{ ...RUN, words: [["no-fence", true]] },
			),
		).toMatchObject({
			acknowledged: ["--yes", "--accept-damage", "--no-fence"],
			predictedMs: 10,
			runs: [{}, {}],
		});
	});

	test("tells of a window that was approved at the terminal, and of pushes that none has tried", () => {
		const records: readonly JournalRecord[] = [
			BEGUN,
			{ type: "apply", step: "announce", at },
			{ type: "done", step: "announce", at },
			{ type: "ended", outcome: "done", at },
		];
		const silent: RunRecord = { ...RUN, words: [] };
		const asked = reportOf(records, silent);
		expect(asked?.acknowledged).toEqual([
			"the window and what it deletes (asked at the terminal)",
		]);
		expect(asked?.unproven).toEqual([
			expect.stringContaining("--test-repository was not given"),
		]);
		const words: RunRecord["words"] = [["test-repository", "team/test"]];
		expect(reportOf(records, { ...RUN, words })?.unproven).toEqual([]);
		expect(reportOf([BEGUN], silent)?.acknowledged).toEqual([]);
	});

	test.each<[CourseReport["outcome"], readonly JournalRecord[]]>([
		["unfinished", [BEGUN]],
		["refused", [BEGUN, { type: "ended", outcome: "undone", at }]],
		[
			"rolled back",
			[
				BEGUN,
				{ type: "apply", step: "read-only", at },
				{ type: "turn-back", reason: "no", at },
				{ type: "undo", step: "read-only", at },
				{ type: "undone", step: "read-only", at },
				{ type: "ended", outcome: "undone", at },
			],
		],
	])("%s: nothing is left to people", (outcome, records) => {
		expect(reportOf(records, RUN)).toMatchObject({ outcome, tasks: [] });
	});
});

describe("what is left to people", () => {
	test("names the endpoint of a bucket that is not at its provider's", () => {
		const named = "s3://reg?endpoint=http://s3.lan:9000";
		const run: RunRecord = { ...RUN, words: [["target", named]] };
		expect(tasksOf(run)).toContain(
			"aws --endpoint-url http://s3.lan:9000 s3api put-bucket-versioning --bucket reg",
		);
	});

	test("is the exact commands, and the bucket's rules", () => {
		const text = tasksOf(RUN);
		for (const name of ["rollback", "verify", "retire", "config render"])
			expect(text).toContain(`our ${name}`);
		expect(text).toContain("AbortIncompleteMultipartUpload");
		expect(text).toContain("5xxErrors");
		expect(text).toContain("broken in the source");
		expect(text).not.toContain("delete_failed");
		expect(text).not.toContain("SKIP=registry");
	});

	test("names no way back when the source was retired", () => {
		const report = courseReport({
			...{ course: "cutover", records: DONE, events: [RUN], isRetired: true },
			command: (name) => [`our ${name}`],
		});
		const text = JSON.stringify(report?.tasks);
		expect(text).toContain("there is no way back any more");
		for (const name of ["rollback", "verify", "retire"])
			expect(text).not.toContain(`our ${name}`);
	});

	test("of GitLab: its backups, and repositories that it has given up to delete", () => {
		const text = tasksOf({ ...RUN, kind: "linux-package" });
		expect(text).toContain("SKIP=registry");
		expect(text).toContain("ContainerRepository.delete_failed");
	});

	test("names what collects garbage by itself, and what could not be removed", () => {
		const [node] = RUN.nodes;
		if (node === undefined) throw new Error("There is a node");
		const text = tasksOf(
			{ ...RUN, nodes: [{ ...node, schedules: ["/etc/cron.d/gc"] }] },
			{ ...STAMP, type: "note", text: "The canary could not be removed: k." },
		);
		expect(text).toContain("/etc/cron.d/gc on a collects garbage");
		expect(text).toContain("The canary could not be removed: k.");
		expect(tasksOf(RUN)).toContain("has been removed");
	});

	test("after the way back, it is to keep to the storage of before", () => {
		const text = tasksOf({
			...RUN,
			course: "rollback",
			source: RUN.target,
			target: RUN.source,
		});
		expect(text).toContain(`the storage of before, ${RUN.source}`);
		expect(text).not.toContain("our rollback");
	});

	test("a directory has no bucket's rules", () => {
		const text = tasksOf({ ...RUN, target: "file:///mnt/new" });
		expect(text).not.toContain("lifecycle");
		expect(text).toContain("into the backup");
	});
});

describe("lifecycleRules", () => {
	test.each([
		["s3://bucket/pre?endpoint=https://minio:9000", ["Rules"]],
		["gs://bucket", ["rule"]],
		["az://account/container/pre", ["rules"]],
	])("of %s are JSON, and the commands that set them", (target, keys) => {
		const lines = lifecycleRules(target);
		const end = lines.indexOf("}");
		const json: unknown = JSON.parse(lines.slice(0, end + 1).join("\n"));
		expect(Object.keys(json ?? {})).toEqual(keys);
		expect(lines.slice(end + 1)).toHaveLength(target.startsWith("gs") ? 1 : 2);
	});

	test("keep to the registry's prefix, and to its server", () => {
		const text = lifecycleRules("s3://b/pre?endpoint=https://minio:9000");
		expect(text.join("\n")).toContain('"Prefix": "pre/"');
		expect(text.join("\n")).toContain("aws --endpoint-url https://minio:9000");
		expect(lifecycleRules("az://account/box/pre").join("\n")).toContain(
			'"box/pre"',
		);
	});
});
