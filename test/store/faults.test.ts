import { describe, expect, test } from "vitest";
import { faults, type ScriptedFault } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import {
	bytes,
	expectCode,
	keysOf,
	numbered,
	putAll,
	read,
} from "../conformance/objects.ts";

/** Which of so many heads of each key fail. */
async function failedHeads(
	script: readonly ScriptedFault[],
	seed: number,
	keys: readonly string[],
): Promise<readonly string[]> {
	const store = faults(new MemoryStore(), script, seed);
	const failed: string[] = [];
	for (let call = 0; call < 4; call++)
		for (const key of keys)
			await store.head(key).catch(() => failed.push(`${key} ${call}`));
	return failed.sort();
}

describe("a script of faults", () => {
	test("fails the calls that it names, as often as it says", async () => {
		const script = [{ at: "head", keys: /^a/, after: 1, times: 2 }] as const;
		expect(await failedHeads(script, 1, ["a", "b", "ab"])).toEqual([
			"a 1",
			"a 2",
			"ab 1",
			"ab 2",
		]);
	});

	test("fails the same share of calls for the same seed, in whatever order they come", async () => {
		const script = [{ at: "head", share: 0.5 }] as const;
		const keys = numbered(100);
		const failed = await failedHeads(script, 1, keys);
		expect(failed.length).toBeGreaterThan(150);
		expect(failed.length).toBeLessThan(250);
		expect(await failedHeads(script, 1, keys.toReversed())).toEqual(failed);
		expect(await failedHeads(script, 2, keys)).not.toEqual(failed);
	});

	test("says how a call fails", async () => {
		const memory = new MemoryStore();
		const script = [
			{ at: "get", code: "throttled", retryAfterMs: 7 },
			{ at: "list" },
		] as const;
		const store = faults(memory, script, 1);
		await expect(store.get("a")).rejects.toMatchObject({
			code: "throttled",
			retryAfterMs: 7,
			store: memory.url,
			key: "a",
		});
		await expectCode(keysOf(store, { prefix: "" }), "unavailable");
	});

	test("loses answers after the deed", async () => {
		const memory = new MemoryStore();
		const script = [
			{ at: "putAnswer", keys: /lost/ },
			{ at: "deleteAnswer", keys: /lost/ },
		] as const;
		const store = faults(memory, script, 1);
		await expectCode(store.put("lost", bytes("x")), "unavailable");
		expect(await read(memory, "lost")).toEqual(bytes("x"));
		await expectCode(store.delete(["lost"]), "unavailable");
		expect(await memory.head("lost")).toBeUndefined();
		await store.put("a", bytes("x"));
	});

	test("breaks bodies and listings midway, and changes bits that nobody is told of", async () => {
		const memory = new MemoryStore();
		await putAll(memory, numbered(1001));
		await memory.put("flipped", bytes("content"));
		const script = [
			{ at: "piece", keys: /00000/ },
			{ at: "flip", keys: /flipped/ },
			{ at: "nextPage" },
		] as const;
		const store = faults(memory, script, 1);
		await expectCode(read(store, "n/00000"), "unavailable");
		expect(await read(store, "n/00001")).toEqual(bytes("n/00001"));
		const flipped = await read(store, "flipped");
		expect(flipped).toHaveLength(7);
		expect(flipped).not.toEqual(bytes("content"));
		await using reader = await store.get("flipped");
		expect(Buffer.from(await reader.bytes(7))).toEqual(flipped);
		expect(await read(memory, "flipped")).toEqual(bytes("content"));
		let pages = 0;
		const listing = (async () => {
			for await (const _page of store.list({ prefix: "" })) pages++;
		})();
		await expectCode(listing, "unavailable");
		expect(pages).toBe(1);
	});
});
