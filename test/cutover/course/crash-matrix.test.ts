import { describe, expect, test } from "vitest";
import { runSteps } from "../../../src/cutover/course/machine.ts";
import { CutoverError } from "../../../src/cutover/cutover-error.ts";
import { CUTOVER, STEPS } from "../../../src/cutover/steps.ts";
import {
	expectSound,
	FAILING_EARLY,
	FAILING_LATE,
	NODES,
	pointsOf,
	process,
} from "./model-cutover.ts";
import { ModelJournal } from "./model-journal.ts";
import { Killed, ModelWorld } from "./model-world.ts";

describe.each([...FAILING_EARLY, ...FAILING_LATE])(
	"a cutover in which %s fails",
	(failing) => {
		test("killed at every point, and resumed, it ends in one of two states", async () => {
			const points = await pointsOf(failing);
			expect(points).toBeGreaterThan(5);
			for (let killAt = 0; killAt < points; killAt++) {
				const world = new ModelWorld(NODES);
				const journal = new ModelJournal(world);
				world.failing = failing;
				world.killAt = killAt;
				await process(world, journal);
				if (journal.records.at(-1)?.type !== "ended") {
					world.revive();
					await process(world, journal);
				}
				expectSound(world, journal);
				if (failing !== undefined) expect(world.state).toBe("source");
			}
		});
	},
);

/** Points from the beginning of one step to the end of another. */
async function pointsFrom(
	first: string,
	last: string,
): Promise<readonly number[]> {
	const world = new ModelWorld(NODES);
	let from = 0;
	let to = 0;
	await runSteps(STEPS, world.actuators, new ModelJournal(world), {
		course: CUTOVER,
		observe: (event) => {
			if (event.type === "began" && event.step === first) from = world.points;
			if (event.type === "done" && event.step === last) to = world.points;
		},
	});
	return Array.from({ length: to - from }, (_, index) => from + index);
}

describe("somebody puts a node back to how it was, and restarts it", () => {
	test("under read-only, at every point before the switch: what was proven is proven anew, and it ends on the target", async () => {
		const points = await pointsFrom("final pass", "still");
		for (const point of points) {
			const world = new ModelWorld(NODES);
			const journal = new ModelJournal(world);
			world.revertAt.add(point);
			await process(world, journal);
			expectSound(world, journal);
			const types = journal.records.map(({ type }) => type);
			// Between the last look and the intent to switch nobody looks; with that intent it goes back.
			if (point < (points.at(-3) ?? 0)) expect(types).toContain("repeat");
			expect(world.state).toBe(types.includes("repeat") ? "target" : "source");
		}
	});

	test("again and again: it goes back", async () => {
		const points = await pointsFrom("final pass", "still");
		const world = new ModelWorld(NODES);
		const journal = new ModelJournal(world);
		for (let more = 0; more < 10_000; more++)
			world.revertAt.add((points[0] ?? 0) + more);
		const failure = await process(world, journal);
		expect(failure).toMatchObject({ code: "rolled-back" });
		expectSound(world, journal);
		expect(world.state).toBe("source");
		expect(
			journal.records.filter(({ type }) => type === "repeat"),
		).toHaveLength(2);
	});

	test("from the switch on, at every point before the target takes writes: it goes back, or that node is switched again", async () => {
		for (const point of await pointsFrom("switch", "still, once more")) {
			const world = new ModelWorld(NODES);
			const journal = new ModelJournal(world);
			world.revertAt.add(point);
			const failure = await process(world, journal);
			// Once its intent to open the target is noted, somebody has to look.
			if (world.state === "neither")
				expect(failure).toMatchObject({
					code: "needs-operator",
					message: expect.stringContaining("a node was changed back"),
				});
			else expectSound(world, journal);
		}
	});

	test("under read-only, and the process is killed at every point: it ends in one of two states", async () => {
		const points = await pointsFrom("final pass", "still");
		for (const revert of points)
			for (let later = 0; later < 60; later++) {
				const world = new ModelWorld(NODES);
				const journal = new ModelJournal(world);
				world.revertAt.add(revert);
				world.killAt = revert + later;
				await process(world, journal);
				if (journal.records.at(-1)?.type !== "ended") {
					world.revive();
					await process(world, journal);
				}
				expectSound(world, journal);
			}
	});
});

describe("somebody changes a node while no process is at it, past the point of no return", () => {
	test.each([
		["refuses writes", { readOnly: true }],
		["removes no garbage", { collects: false }],
	])(
		"so that it %s: what made it otherwise is applied again, whatever was done since",
		async (_, change) => {
			for (const { world, journal } of await killedPastReturn()) {
				meddle(world, change);
				world.revive();
				expect(await process(world, journal)).toBeUndefined();
				expectSound(world, journal);
				expect(world.state).toBe("target");
			}
		},
	);

	test("so that it is on the source: somebody has to look, and it is not taken for done", async () => {
		for (const { world, journal } of await killedPastReturn()) {
			meddle(world, { storage: "source" });
			world.revive();
			expect(await process(world, journal)).toMatchObject({
				code: "needs-operator",
				message: expect.stringContaining("a node was changed back"),
			});
			meddle(world, { storage: "target" });
			expect(await process(world, journal)).toBeUndefined();
			expect(world.state).toBe("target");
		}
	});
});

/** Cutovers whose process was killed, at every point from the intent to let nodes take writes to the end. */
async function killedPastReturn() {
	const killed = [];
	const points = await pointsOf();
	for (let killAt = 0; killAt < points; killAt++) {
		const world = new ModelWorld(NODES);
		const journal = new ModelJournal(world);
		world.killAt = killAt;
		await process(world, journal);
		const isPast = journal.records.some(
			(record) => record.type === "apply" && record.step === "read-write",
		);
		const hasEnded = journal.records.at(-1)?.type === "ended";
		if (isPast && !hasEnded) killed.push({ world, journal });
	}
	expect(killed.length).toBeGreaterThan(20);
	return killed;
}

function meddle({ nodes: [node] }: ModelWorld, change: object): void {
	if (node === undefined) throw new RangeError("It has nodes");
	node.file = { ...node.file, ...change };
	node.running = node.file;
}

test("killed at every point, and then not wanted any more, it goes back unless it is past the point of no return", async () => {
	const points = await pointsOf();
	for (let killAt = 0; killAt < points; killAt++) {
		const world = new ModelWorld(NODES);
		const journal = new ModelJournal(world);
		world.killAt = killAt;
		await process(world, journal);
		if (journal.records.at(-1)?.type === "ended") continue;
		const isPast = journal.records.some(
			(record) => record.type === "apply" && record.step === "read-write",
		);
		// What is torn may have been that intent.
		const last = journal.records.findLast(({ type }) => type === "done");
		const isTornThere =
			journal.records.at(-1)?.type === "torn" &&
			last?.type === "done" &&
			last.step === "keep the base";
		world.revive();
		const failure = await process(world, journal, AbortSignal.abort());
		expectSound(world, journal);
		expect(world.state).toBe(isPast || isTornThere ? "target" : "source");
		if (world.state === "source") expect(failure).toBeDefined();
	}
});

test.each(["openTarget", "confirm"])(
	"when %s fails, nothing is undone, and it is said; run again, it goes on",
	async (failing) => {
		const world = new ModelWorld(NODES);
		const journal = new ModelJournal(world);
		world.failing = failing;
		const failure = await process(world, journal);
		expect(failure).toBeInstanceOf(CutoverError);
		expect(failure).toMatchObject({ code: "needs-operator" });
		expect(journal.records.map(({ type }) => type)).not.toContain("undo");
		world.failing = undefined;
		expect(await process(world, journal)).toBeUndefined();
		expectSound(world, journal);
		expect(world.state).toBe("target");
	},
);

test("when a node cannot be brought back, an operator is needed; run again, it goes on with the way back", async () => {
	const world = new ModelWorld(NODES);
	const journal = new ModelJournal(world);
	const { actuators } = world;
	const failing = {
		...actuators,
		tryCanary: () => Promise.reject(new Error("it is not served")),
		switchBack: () => Promise.reject(new Error("a node does not start")),
	};
	const options = { course: CUTOVER, observe: () => {} };
	await expect(
		runSteps(STEPS, failing, journal, options),
	).rejects.toMatchObject({
		code: "needs-operator",
		message: expect.stringContaining("it is not served"),
	});
	await expect(
		runSteps(STEPS, actuators, journal, options),
	).rejects.toMatchObject({ code: "rolled-back" });
	expectSound(world, journal);
	expect(world.state).toBe("source");
});

test("what is no longer in force when it goes on leads back", async () => {
	const world = new ModelWorld(NODES);
	const journal = new ModelJournal(world);
	const { actuators } = world;
	const killed = {
		...actuators,
		switchNodes: async () => {
			world.killAt = world.points;
			world.point();
		},
	};
	await expect(
		runSteps(STEPS, killed, journal, { course: CUTOVER, observe: () => {} }),
	).rejects.toMatchObject({ cause: expect.any(Killed) });
	world.revive();
	const [node] = world.nodes;
	if (node !== undefined)
		node.running = { storage: "source", readOnly: false, collects: false };
	const failure = await process(world, journal);
	expect(failure).toMatchObject({
		code: "rolled-back",
		message: expect.stringContaining(
			'"read-only" had brought about is no longer in force',
		),
	});
	expectSound(world, journal);
});
