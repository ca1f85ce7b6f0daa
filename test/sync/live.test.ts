import fc from "fast-check";
import { expect, test } from "vitest";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { failure } from "../support/faults.ts";
import { closureBreaches } from "./closure.ts";
import { contentOf } from "./content.ts";
import { actionOf, COMMAND, type Command, push } from "./live-actions.ts";
import { LiveRegistry } from "./live-registry.ts";
import { expectClosed, run } from "./run.ts";

/** Numbers that come again and again. */
function endless(numbers: readonly number[]): () => number {
	let next = 0;
	return () => numbers[next++ % numbers.length] ?? 0;
}

/**
 * A target that is held against I1 after each of its writes. A link can ask for what the source has now and has had
 * without interruption since before the link was read: what came later, or went and came again, nobody could know of.
 */
class WatchedTarget {
	readonly breaches: string[] = [];
	readonly store: ObjectStore;
	readonly #kept = new MemoryStore("target");
	readonly #registry: LiveRegistry;
	readonly #content = new Map<string, Buffer>();
	readonly #lastReadAt = new Map<string, number>();
	readonly #writtenAsReadAt = new Map<string, number>();

	constructor(registry: LiveRegistry, fails: () => boolean) {
		this.#registry = registry;
		const kept = this.#kept;
		this.store = {
			...faulty(kept, {}),
			put: async (key, body, options) => {
				if (key !== MARKER_KEY && fails()) throw failure("unavailable", key);
				const readAt = this.#lastReadAt.get(key) ?? 0;
				const meta = await kept.put(key, body, options);
				await using reader = await kept.get(key);
				this.#content.set(key, Buffer.from(await reader.bytes(meta.size)));
				this.#writtenAsReadAt.set(key, readAt);
				this.#check(key);
				return meta;
			},
		};
	}

	/** The registry's storage as a pass reads it; what is read, and when, is noted. */
	source(pace: () => number): ObjectStore {
		const reading = this.#registry.read(pace);
		const readAt = this.#lastReadAt;
		const noting = faulty(this.#registry.store, {
			get: (key) => readAt.set(key, this.#registry.now),
		});
		return {
			...reading,
			async get(key, options) {
				await reading.head(key);
				return await noting.get(key, options);
			},
		};
	}

	#check(written: string): void {
		const has = (key: string, neededBy: string) => {
			const bornAt = this.#registry.bornAt(key);
			const readAt = this.#writtenAsReadAt.get(neededBy) ?? 0;
			return bornAt !== undefined && bornAt < readAt;
		};
		for (const breach of closureBreaches(this.#content, { has }))
			this.breaches.push(`when ${written} was written: ${breach}`);
	}
}

async function migrate(
	commands: readonly Command[],
	pace: readonly number[],
	failures: readonly number[],
): Promise<void> {
	const first = push("keep", "v1", ["kept"]);
	const registry = new LiveRegistry([first, ...commands.map(actionOf)]);
	await registry.work([...first(registry.content)].length);
	const fate = endless(failures);
	let isFailing = true;
	const target = new WatchedTarget(registry, () => isFailing && fate() === 0);
	const source = target.source(endless(pace));
	for (let pass = 0; pass < 3; pass++) await run(source, target.store);
	expect(target.breaches).toEqual([]);

	await registry.finish();
	isFailing = false;
	const final = await run(registry.store, target.store);
	expect(final.result.isComplete).toBe(true);
	expect(target.breaches).toEqual([]);
	await expectClosed(target.store, registry.content);
	const found = await contentOf(target.store);
	for (const [key, content] of registry.content)
		expect(found.get(key)?.equals(content), key).toBe(true);
	for (const [key, content] of found)
		expect(registry.ever.get(key)?.has(content.toString()), key).toBe(true);

	const again = await run(registry.store, target.store);
	expect(again.result.copied.objects).toBe(0);
}

test("sync › (I1) a live registry: the target is closed at every single write, and the final pass makes it whole", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(COMMAND, { minLength: 4, maxLength: 14 }),
			fc.array(fc.nat(4), { minLength: 1, maxLength: 20 }),
			(commands, pace) => migrate(commands, pace, [1]),
		),
		{ numRuns: 60 },
	);
});

test("sync › (I1) a live registry, and a target that fails now and then: closed all the same, and whole in the end", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(COMMAND, { minLength: 4, maxLength: 14 }),
			fc.array(fc.nat(4), { minLength: 1, maxLength: 20 }),
			fc.array(fc.nat(9), { minLength: 1, maxLength: 40 }),
			migrate,
		),
		{ numRuns: 60 },
	);
});
