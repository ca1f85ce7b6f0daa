import { describe, expect, test } from "vitest";
import { faulty } from "../../src/store/faults.ts";
import { failure } from "../support/faults.ts";
import { blob, pushWrites, smallRegistry, storeOf } from "./content.ts";
import { expectClosed, expectContent, keysOf, run } from "./run.ts";

const REGISTRY = smallRegistry();

/** A layer of one repository only, whose links are at the target when the blob is not. */
const [BLOB] = blob("one");
const IN_APP = pushWrites("acme/app", "v3", ["base", "three"]);
const IN_SOLO = pushWrites("solo", "v2", ["base"]);
const AFTER = new Map([...REGISTRY, ...IN_APP, ...IN_SOLO]);

async function targetWithoutBlob() {
	const target = await storeOf(REGISTRY);
	await target.delete([BLOB]);
	return target;
}

describe("sync › a blob that somebody removed from the target, while its links are still there", () => {
	test("is copied again", async () => {
		const target = await targetWithoutBlob();
		const { result, events } = await run(await storeOf(REGISTRY), target);
		expect(keysOf(events, "copied")).toEqual([BLOB]);
		expect(result.isComplete).toBe(true);
		await expectContent(target, REGISTRY);
	});

	test("(I1) holds back the new tags of its repository while it cannot be copied, and those of no other", async () => {
		const source = await storeOf(AFTER);
		const target = await targetWithoutBlob();
		const failing = faulty(target, {
			put: (key) => {
				if (key === BLOB) throw failure("unavailable", key);
			},
		});
		const { result, events } = await run(source, failing);
		expect(result).toMatchObject({ failed: 1, isComplete: false });
		const heldBack = keysOf(events, "held-back");
		expect(heldBack).toContain(IN_APP.at(-1)?.[0]);
		const copied = keysOf(events, "copied");
		expect(copied).toEqual(
			expect.arrayContaining(IN_SOLO.slice(-3).map(([key]) => key)),
		);
		for (const key of heldBack)
			expect(key).toContain("/repositories/acme/app/_");

		await run(source, target);
		await expectContent(target, AFTER);
	});

	test("(I1) holds them back while it vanishes, too", async () => {
		const content = await storeOf(AFTER);
		const target = await targetWithoutBlob();
		const source = faulty(content, {
			get: (key) => (key === BLOB ? content.delete([BLOB]) : undefined),
		});
		const { events } = await run(source, target);
		expect(keysOf(events, "vanished")).toEqual([BLOB]);
		expect(keysOf(events, "held-back")).toContain(IN_APP.at(-1)?.[0]);
	});

	test("holds nothing back when it is corrupt in the source: the image is broken there as well", async () => {
		const target = await targetWithoutBlob();
		const source = await storeOf([...AFTER, [BLOB, Buffer.from("0ne")]]);
		const { result } = await run(source, target);
		expect(result).toMatchObject({ heldBack: 0, damage: { corrupt: 1 } });
		const rest = new Map(AFTER);
		rest.delete(BLOB);
		await expectContent(target, rest);
		await expectClosed(target, rest);
	});
});
