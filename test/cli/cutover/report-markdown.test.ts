import { afterEach, describe, expect, test } from "vitest";
import { reportHtml } from "../../../src/cli/cutover/report-html.ts";
import { reportMarkdown } from "../../../src/cli/cutover/report-markdown.ts";
import type { JournalRecord } from "../../../src/cutover/course/journal-record.ts";
import type { CourseName } from "../../../src/cutover/courses.ts";
import {
	type CourseReport,
	courseReport,
} from "../../../src/cutover/told/course-report.ts";
import type { EventRecord } from "../../../src/cutover/told/event-record.ts";

const at = "2026-01-31T12:00:00.000Z";
const STAMP = { at, id: "one" };
const RECORDS: readonly JournalRecord[] = [
	{
		type: "begun",
		id: "one",
		operator: "me@here",
		source: "file:///srv/registry/",
		target: "s3://bucket/",
		at,
	},
	{ type: "apply", step: "read-only", at },
	{ type: "done", step: "read-only", at: "2026-01-31T12:00:05.000Z" },
	{ type: "turn-back", reason: "a node | does not start", at },
];

function report(
	events: readonly EventRecord[],
	course: CourseName = "cutover",
): CourseReport {
	const made = courseReport({
		...{ course, records: RECORDS, events },
		isRetired: false,
		command: () => [],
	});
	if (made === undefined) throw new Error("Something was begun");
	return made;
}

function markdown(...events: readonly EventRecord[]): string {
	return reportMarkdown(report(events));
}

const { TZ } = process.env;
afterEach(() => {
	if (TZ === undefined) delete process.env.TZ;
	else process.env.TZ = TZ;
});

describe("reportMarkdown", () => {
	test.each([
		["UTC", "2026-01-31 12:00:00 UTC by"],
		["Asia/Kolkata", "2026-01-31 12:00:00 UTC (17:30:00 +05:30) by"],
		["America/St_Johns", "2026-01-31 12:00:00 UTC (08:30:00 -03:30) by"],
	])("tells times in UTC, and as they are in %s", (zone, text) => {
		process.env.TZ = zone;
		expect(markdown()).toContain(text);
	});

	test("puts what was expected beside what it took", () => {
		const next = { listMs: 0, readMs: 0, copyMs: 0, deleteMs: 0 };
		const steps = [{ step: "read-only", ms: 3000 }];
		process.env.TZ = "UTC";
		expect(
			markdown({
				...STAMP,
				type: "predicted",
				...{ next, steps, windowMs: 9000 },
			}),
		).toContain(
			"| read-only | done | 2026-01-31 12:00:00 | 12:00:00 +00:00 | 3s | 5s |",
		);
	});

	test("tells how long pulls failed, node by node", () => {
		const nodes = [
			{ node: "a", failedMs: 1200 },
			{ node: "b", failedMs: 0 },
		];
		const text = markdown({ ...STAMP, type: "pulls", nodes, noneServedMs: 0 });
		expect(text).toContain("- pulls from a: failed for 1.2s meanwhile");
		expect(text).toContain("- pulls from all nodes at once: failed for 0ms");
	});

	test("calls source and target what a cutover calls so, and on the way back nothing", () => {
		expect(markdown()).toContain("- source: file:///srv/registry/");
		const back = reportMarkdown(report([], "rollback"));
		expect(back).toContain("- from: file:///srv/registry/");
		expect(back).toContain("- to: s3://bucket/");
		expect(back).not.toMatch(/^- (source|target):/m);
	});

	test("nothing that was told ends the block it is in, or moves a cursor", () => {
		const text = markdown({
			...STAMP,
			type: "note",
			text: "a\n````\n# no heading\u001b[2J",
		});
		expect(text).toContain("\n`````\n2026-01-31T12:00:00 a\n");
		expect(text).toContain("2026-01-31T12:00:00 ````");
		expect(text).not.toContain("\u001b");
	});
});

test("as a page by itself, nothing that was told is taken for markup", () => {
	const events: readonly EventRecord[] = [
		{ ...STAMP, type: "note", text: "</pre><script>alert(1)</script> & 'x'" },
		{
			...{ ...STAMP, type: "configured", node: "<b>", commands: [] },
			diff: "-old\n+new",
		},
	];
	const html = reportHtml(report(events));
	expect(html).not.toMatch(/<script|<b>|src=|href=/);
	expect(html).toContain("&lt;/pre&gt;&lt;script&gt;alert(1)");
	expect(html).toContain('<span class="added">+new</span>');
	expect(html).toContain("<dt>turned back because</dt><dd>a node | does");
	expect(html.match(/<h2>/g)).toHaveLength(5);
});
