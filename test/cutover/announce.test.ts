import { expect, test } from "vitest";
import {
	type AnnouncingWorld,
	announceEnd,
	announceOpening,
	type Hooks,
} from "../../src/cutover/announce.ts";
import type { WorldEvent } from "../../src/cutover/world.ts";
import { MemoryStore } from "../../src/store/memory.ts";

function announcing(hooks: Partial<Hooks>) {
	const events: WorldEvent[] = [];
	const world: AnnouncingWorld = {
		hooks: { atWindowOpen: undefined, atWindowClosed: undefined, ...hooks },
		id: "abc",
		course: { from: "source", to: "target" },
		source: new MemoryStore(),
		target: new MemoryStore(),
		turn: { commandTimeoutMs: 10_000 },
		observe: (event) => void events.push(event),
	};
	return { world, events };
}

test("the command sees which cutover it is, and what it says is shown", async () => {
	const { world, events } = announcing({
		atWindowOpen: 'echo "$REGMIGRATE_CUTOVER_ID $REGMIGRATE_SOURCE"',
		atWindowClosed: 'echo "$REGMIGRATE_OUTCOME" >&2',
	});
	await announceOpening(world, {});
	await announceEnd(world, "undone", {});
	expect(events).toEqual([
		{
			...{ type: "announced", window: "open" },
			said: [`abc ${world.source.url}`],
		},
		{ type: "announced", window: "closed", said: ["source"] },
	]);
});

test("what it says is told without secrets (I7)", async () => {
	const { world, events } = announcing({
		atWindowOpen:
			"echo 'paused'; echo '+ curl --password=hunter2hunter2 https://me:opensesame@ci.example/'",
	});
	await announceOpening(world, {});
	expect(JSON.stringify(events)).toContain("paused");
	expect(JSON.stringify(events)).not.toMatch(/hunter2|opensesame/);
});

test("on the way back it sees the cutover's source and target", async () => {
	const { world, events } = announcing({
		atWindowOpen: 'echo "$REGMIGRATE_SOURCE"',
	});
	const course = { from: "target", to: "source" } as const;
	const back = { ...world, course };
	await announceOpening(back, {});
	expect(events).toEqual([
		{ type: "announced", window: "open", said: [world.target.url] },
	]);
});

test("a command that fails keeps the window shut", async () => {
	const { world } = announcing({ atWindowOpen: "exit 3" });
	await expect(announceOpening(world, {})).rejects.toMatchObject({
		code: "refused",
		message: expect.stringContaining("ended with exit code 3"),
	});
});

test("one that hangs is ended", async () => {
	const { world } = announcing({ atWindowOpen: "sleep 60" });
	const short = { ...world, turn: { commandTimeoutMs: 50 } };
	await expect(announceOpening(short, {})).rejects.toMatchObject({
		code: "refused",
		message: expect.stringContaining("took longer than"),
	});
});

test("at the end it is only told", async () => {
	const { world, events } = announcing({ atWindowClosed: "exit 3" });
	await announceEnd(world, "done", {});
	expect(events.at(-1)).toMatchObject({
		type: "note",
		text: expect.stringContaining("on the target"),
	});
});

test("without commands nothing is run", async () => {
	const { world, events } = announcing({});
	await announceOpening(world, {});
	await announceEnd(world, "done", {});
	expect(events).toEqual([]);
});
