import { describe, expect, test } from "vitest";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { Postponement } from "../../src/store/postponement.ts";
import { wait } from "../../src/store/wait.ts";
import { pushWrites, smallRegistry, storeOf } from "./content.ts";
import { expectClosed, expectContent, keysOf, run } from "./run.ts";
import { TemporaryIndex } from "./temporary-index.ts";

describe("sync › that is to end at a time", () => {
	test("begins nothing new then, finishes what is on its way, is closed (I1), and goes on", async () => {
		using index = new TemporaryIndex();
		const content = smallRegistry();
		const source = await storeOf(content);
		const target = new MemoryStore();
		const endsAt = new Date(Date.now() + 2000);
		let puts = 0;
		const slow = faulty(target, {
			// The third is on its way when the time comes, however slow the machine is.
			put: async () => {
				if (++puts === 3)
					await wait(endsAt.getTime() - Date.now() + 50, undefined);
			},
		});
		const options = { indexPath: index.path, concurrency: 1 };
		const { result, events } = await run(source, slow, { ...options, endsAt });
		expect(result).toMatchObject({
			...{ isStopped: true, isOutOfTime: true, isComplete: false, failed: 0 },
		});
		expect(result.copied.objects).toBeGreaterThan(1);
		await expectClosed(target, content);
		const next = await run(source, target, options);
		expect(next.result).toMatchObject({
			isComplete: true,
			isTargetListed: false,
		});
		const first = new Set(keysOf(events, "copied"));
		const again = keysOf(next.events, "copied").filter((key) => first.has(key));
		expect(again.filter((key) => !key.includes("/lock"))).toEqual([]);
		await expectContent(target, content);
	});

	test("changes nothing when the time comes while it reads", async () => {
		const source = await storeOf(smallRegistry());
		const target = new MemoryStore();
		const slow = faulty(source, { get: () => wait(40, undefined) });
		const { result } = await run(slow, target, {
			concurrency: 1,
			endsAt: new Date(Date.now() + 100),
		});
		expect(result).toMatchObject({ isOutOfTime: true, isComplete: false });
		expect(await target.head("regmigrate.json")).toBeUndefined();
	});

	test("postpones large objects, and tells their stores so", async () => {
		const content = new Map(pushWrites("app", "v1", ["x".repeat(5000)]));
		const source = await storeOf(content);
		const kept = new MemoryStore();
		const reasons: unknown[] = [];
		const target = {
			...faulty(kept, {}),
			can: { ...kept.can, multipartThreshold: 1000 },
			put: async (...[key, body, options]: Parameters<typeof kept.put>) => {
				if ("open" in body && body.size > 1000)
					await wait(60_000, options?.signal).catch((error: unknown) => {
						reasons.push(error);
						throw error;
					});
				return await kept.put(key, body, options);
			},
		};
		const endsAt = new Date(Date.now() + 300);
		const { result } = await run(source, target, { endsAt });
		expect(reasons).not.toEqual([]);
		for (const reason of reasons) expect(reason).toBeInstanceOf(Postponement);
		expect(result).toMatchObject({ isOutOfTime: true, failed: 0 });
		await expectClosed(kept, content);
		await run(source, kept);
		await expectContent(kept, content);
	});

	test("deletes nothing", async () => {
		const content = smallRegistry();
		const target = await storeOf(content);
		const less = new Map(pushWrites("app", "v1", ["a"]));
		const { result } = await run(await storeOf(less), target, {
			deletes: { approve: () => true, maxObjects: 1e6 },
			endsAt: new Date(Date.now() - 1),
		});
		expect(result).toMatchObject({
			isOutOfTime: true,
			deleted: { objects: 0 },
		});
		await expectContent(target, content);
	});

	test("tells of a target that an earlier pass left partial, as its marker does", async () => {
		const source = await storeOf(smallRegistry());
		const target = new MemoryStore();
		const selection = { include: ["acme/app"] };
		const { result } = await run(source, target, { selection });
		expect(result.partial).toBe("repositories");
		const endsAt = new Date(Date.now() - 1);
		const next = await run(source, target, { endsAt });
		expect(next.result).toMatchObject({
			...{ isOutOfTime: true, partial: "repositories" },
		});
	});

	test("does not begin what waited for its share of memory", async () => {
		const layers = Array.from({ length: 12 }, (_, at) =>
			String.fromCharCode(97 + at).repeat(7 * 1024 * 1024),
		);
		const content = new Map(pushWrites("app", "v1", layers));
		const source = await storeOf(content);
		const endsAt = new Date(Date.now() + 1000);
		let begun = 0;
		const target = faulty(new MemoryStore(), {
			put: async (key) => {
				if (!key.includes("/blobs/")) return;
				begun++;
				await wait(endsAt.getTime() - Date.now() + 50, undefined);
			},
		});
		const { result } = await run(source, target, { endsAt });
		expect(result).toMatchObject({ isOutOfTime: true, failed: 0 });
		// 64 MiB of layers; and the manifest and its configuration.
		expect(begun).toBeGreaterThan(5);
		expect(begun).toBeLessThan(12);
	});
});
