import { describe, expect, test } from "vitest";
import { COMMANDS } from "../../../commands/index.ts";
import { command } from "../../../src/cli/cutover/report.ts";
import type { RunRecord } from "../../../src/cutover/told/event-record.ts";

const cutover = COMMANDS.cutover;

/** All that can be said for a cutover. */
const RUN: RunRecord = {
	at: "2026-01-31T12:00:00.000Z",
	id: "one",
	type: "run",
	course: "cutover",
	operator: "me@here",
	version: "1.0.0",
	process: "process 1 on here",
	directory: process.cwd(),
	words: [
		["source", "/srv/registry"],
		["target", "s3://bucket"],
		...Object.entries({ ...cutover?.flags, ...cutover?.baseFlags }).map(
			([name, flag]): [string, string | true] => [
				name,
				flag.type === "boolean" ? true : "x",
			],
		),
	],
	source: "file:///srv/registry",
	target: "s3://bucket",
	kind: "distribution",
	nodes: [],
};

describe("a command that is left to people", () => {
	test.each(
		["rollback", "config render", "verify", "retire"].flatMap((name) => {
			const found = COMMANDS[name.replace(" ", ":")];
			return found === undefined ? [] : [[name, found] as const];
		}),
	)(
		"%s has only flags that there are, of all that can be said for a cutover",
		(name, { flags, baseFlags }) => {
			const text = command(name, RUN).join(" ");
			const known = Object.keys({ ...flags, ...baseFlags });
			const used = [...text.matchAll(/--([a-z-]+)/g)].map(([, flag]) => flag);
			for (const flag of used) expect(known).toContain(flag);
			expect(text).toContain("s3://bucket");
		},
	);

	test("asks before it goes back", () => {
		expect(command("rollback", RUN).join(" ")).not.toContain("--yes");
	});
});
