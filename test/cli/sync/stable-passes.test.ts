import { expect, test } from "vitest";
import {
	passesUntilStable,
	stabilityLines,
} from "../../../src/cli/sync/stable-passes.ts";
import { faulty } from "../../../src/store/faults.ts";
import { MemoryStore } from "../../../src/store/memory.ts";
import type { SyncResult } from "../../../src/sync/events.ts";
import type { Stability } from "../../../src/sync/until-stable.ts";

const STABILITY = {
	result: { extra: 0 },
	next: { listMs: 0, readMs: 8000, copyMs: 61_000, deleteMs: 0 },
	passes: 3,
} as Stability;

test("passes that became short enough say what the last one will cost, and what to do", () => {
	expect(stabilityLines({ ...STABILITY, isStable: true }, 120_000)).toEqual([
		"After 3 passes the next one is expected to take 1m 9s: 8s to read the source, 1m 1s to copy what changes meanwhile.",
		expect.stringMatching(/read-only.*--delete\.$/),
	]);
});

test("passes say also what listing the target and deleting will cost, where they will", () => {
	const next = { listMs: 4000, readMs: 8000, copyMs: 61_000, deleteMs: 2000 };
	expect(
		stabilityLines(
			{
				...STABILITY,
				result: { ...STABILITY.result, extra: 40 },
				next,
				isStable: true,
			},
			120_000,
		)[0],
	).toBe(
		"After 3 passes the next one is expected to take 1m 15s: 4s to list the target, 8s to read the source, 1m 1s to copy what changes meanwhile, at most 2s to delete 40 objects that the source no longer has.",
	);
});

test.each([
	[true, 1],
	[false, 0],
])(
	"passes over a source that waits for a server (%s) say that each lists it",
	async (waits, count) => {
		const memory = new MemoryStore();
		const source = { ...faulty(memory, {}), can: { ...memory.can, waits } };
		const lines: string[] = [];
		const copied = { objects: 0, bytes: 0 };
		const result = { copied, extra: 0, isStopped: true } as SyncResult;
		const pass = async () => ({ result, report: {} });
		await passesUntilStable(pass, source, 1000, (line) => lines.push(line));
		expect(
			lines.filter((line) => line.includes("each pass lists all of it")),
		).toHaveLength(count);
	},
);

test("passes that did not say by how much", () => {
	expect(
		stabilityLines({ ...STABILITY, passes: 1, isStable: false }, 60_000),
	).toEqual([
		"Stopped after 1 pass: the next one is expected to take 1m 9s: 8s to read the source, 1m 1s to copy what changes meanwhile; that is more than the 1m asked for.",
	]);
});
