import { describe, expect, test } from "vitest";
import {
	type Rehearsed,
	rehearse,
} from "../../../src/cutover/before/rehearse.ts";
import type { WorldEvent } from "../../../src/cutover/world.ts";

/** Rehearses with this outcome; `undefined`: it is not wanted. */
async function told(outcome: Rehearsed | undefined) {
	const events: WorldEvent[] = [];
	const ms = await rehearse(
		{
			rehearse: outcome && (async () => outcome),
			observe: (event) => void events.push(event),
		},
		{},
	);
	return { ms, events };
}

const PASSED: Rehearsed = { failure: undefined, untried: [], startMs: 700 };

describe("rehearse", () => {
	test("tells how long the start took, and nothing besides, where all passed", async () => {
		expect(await told(PASSED)).toEqual({ ms: 700, events: [] });
	});

	test("says of nodes that could not be tried what is not proven by that", async () => {
		const untried = [{ nodes: ["two", "three"], because: "They are far." }];
		const { events } = await told({ ...PASSED, untried });
		expect(events).toEqual([
			{
				type: "note",
				text: expect.stringMatching(
					/^Not rehearsed: two, three\. They are far\. Of those nodes it is not proven/,
				),
			},
		]);
	});

	test("is left out where that is acknowledged", async () => {
		const { ms, events } = await told(undefined);
		expect(ms).toBeUndefined();
		expect(events).toMatchObject([
			{ type: "acknowledged", flag: "--no-rehearse" },
		]);
	});

	test("refuses, with what there is to do, where a node failed", async () => {
		const failure = {
			node: "one",
			message: "Cannot push.",
			suggestions: ["Allow it."],
		};
		await expect(told({ ...PASSED, failure })).rejects.toMatchObject({
			code: "refused",
			message: expect.stringMatching(
				/the registry of one.*Cannot push\. It is in use as before$/,
			),
			suggestions: ["Allow it.", expect.stringContaining("rehearse")],
		});
	});
});
