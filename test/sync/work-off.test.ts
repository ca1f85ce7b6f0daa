import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { workOff } from "../../src/sync/work-off.ts";

test("works off what is added on the way, each once, so many at a time", async () => {
	const done: string[] = [];
	let working = 0;
	let most = 0;
	await workOff<string>("", 4, async (name, crew) => {
		most = Math.max(most, ++working);
		await setImmediate();
		expect(crew.idle).toBeLessThan(4);
		for (const letter of name.length < 3 ? "abc" : "") crew.add(name + letter);
		working--;
		done.push(name);
	});
	expect(most).toBe(4);
	expect(done).toHaveLength(1 + 3 + 9 + 27);
	expect(new Set(done).size).toBe(done.length);
});

test("begins nothing more after a failure, and rejects when all that was begun has ended", async () => {
	const ended: string[] = [];
	const failure = new Error("a failure");
	const work = workOff<string>("", 2, async (name, crew) => {
		if (name === "") for (const next of ["a", "b", "c"]) crew.add(next);
		if (name === "c") throw failure;
		await setImmediate();
		ended.push(name);
	});
	await expect(work).rejects.toBe(failure);
	expect(ended).toEqual(["a", ""]);
});
