import fc from "fast-check";
import { expect, test } from "vitest";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { wait } from "../../src/store/wait.ts";
import type { SyncEvent } from "../../src/sync/events.ts";
import { sync } from "../../src/sync/pass.ts";
import { failure } from "../support/faults.ts";
import { traced } from "../support/trace.ts";
import { contentOf, pushWrites, smallRegistry, storeOf } from "./content.ts";
import { expectContent, run } from "./run.ts";

const REGISTRY_PREFIX = "docker/registry/";
const TAG = "docker/registry/v2/repositories/acme/app/_manifests/tags/";

/** A store of which the whole registry is listed only after a while (ms). */
function slowlyListed(store: ObjectStore, ms: number): ObjectStore {
	return faulty(store, {
		list: async (prefix) => {
			if (prefix === REGISTRY_PREFIX) await wait(ms, undefined);
		},
	});
}

test("sync › of two object stores reads the source while the target is listed", async () => {
	const source = traced(await storeOf(smallRegistry()));
	const target = await storeOf(smallRegistry());
	let readBefore = 0;
	const slow = faulty(target, {
		list: async (prefix) => {
			if (prefix !== REGISTRY_PREFIX) return;
			await wait(100, undefined);
			readBefore = source.calls.filter(
				({ operation }) => operation === "get",
			).length;
		},
	});
	const { result } = await run(source.store, slow);
	expect(readBefore).toBeGreaterThan(20);
	expect(result).toMatchObject({ copied: { objects: 0 }, isComplete: true });
});

test("sync › of a directory lists the target first: reading it leaves no time for answers", async () => {
	const directory = await storeOf(smallRegistry());
	const source = traced({
		...faulty(directory, {}),
		can: { ...directory.can, waits: false },
	});
	let readBefore = 0;
	const slow = faulty(await storeOf(smallRegistry()), {
		list: async (prefix) => {
			if (prefix !== REGISTRY_PREFIX) return;
			await wait(20, undefined);
			readBefore = source.calls.filter(
				({ operation }) => operation === "get",
			).length;
		},
	});
	await run(source.store, slow);
	// The lock files' directory is looked at by the guards.
	expect(readBefore).toBe(0);
});

test("sync › comes to the same, whichever side is known first, and whatever the target has", async () => {
	const all = [...smallRegistry()];
	const target = fc.array(
		fc.tuple(
			fc.constantFrom(...all.map(([key]) => key), `${TAG}old/current/link`),
			fc.constantFrom("kept", "changed", "longer"),
		),
	);
	await fc.assert(
		fc.asyncProperty(target, fc.boolean(), async (held, isSlow) => {
			const content = new Map(
				held.map(([key, how]) => {
					const bytes = smallRegistry().get(key) ?? Buffer.from("old");
					if (how === "kept") return [key, bytes];
					const changed = Buffer.from(bytes);
					changed[0] = 0;
					return [
						key,
						how === "changed" ? changed : Buffer.concat([bytes, bytes]),
					];
				}),
			);
			const source = await storeOf(smallRegistry());
			const inOrder = {
				...faulty(source, {}),
				can: { ...source.can, waits: false },
			};
			const [one, other] = [await storeOf(content), await storeOf(content)];
			const first = await run(inOrder, one);
			const second = await run(source, isSlow ? slowlyListed(other, 5) : other);
			expect(second.result).toEqual(first.result);
			await expectContent(other, await contentOf(one));
		}),
		{ numRuns: 50 },
	);
});

test("sync › of a target whose listing fails stops reading the source", async () => {
	const source = await storeOf(
		new Map(
			Array.from({ length: 200 }, (_, at) =>
				pushWrites(`r${at}`, "t", [`${at}`]),
			).flat(),
		),
	);
	let reads = 0;
	const slow = faulty(source, {
		get: async () => {
			reads++;
			await wait(2, undefined);
		},
	});
	const target = faulty(new MemoryStore(), {
		list: async (prefix) => {
			if (prefix !== REGISTRY_PREFIX) return;
			await wait(5, undefined);
			throw failure("unavailable");
		},
	});
	const told: SyncEvent[] = [];
	const observe = (event: SyncEvent) => told.push(event);
	const options = { concurrency: 4, isTargetNotEmpty: true, observe };
	await expect(sync(slow, target, options)).rejects.toMatchObject({
		code: "unavailable",
	});
	expect(reads).toBeGreaterThan(0);
	expect(reads).toBeLessThan(400);
	// What was not read any more is no trouble of the source's.
	expect(told.filter(({ type }) => type === "unreadable")).toEqual([]);
});
