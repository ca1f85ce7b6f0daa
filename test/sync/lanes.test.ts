import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { pushWrites, smallRegistry, storeOf } from "./content.ts";
import { expectContent, run } from "./run.ts";

const MIB = 1024 * 1024;

/** A target that takes its time, and counts what is on its way to it at once. */
class SlowTarget {
	most = 0;
	mostLarge = 0;
	mostBytes = 0;
	readonly store: ObjectStore;
	readonly #kept = new MemoryStore();

	/** Bodies of more than `largeBytes` are large. */
	constructor(largeBytes: number) {
		const underway: number[] = [];
		this.store = {
			...faulty(this.#kept, {}),
			can: { ...this.#kept.can, multipartThreshold: largeBytes },
			put: async (key, body, options) => {
				const size = body instanceof Uint8Array ? body.length : body.size;
				const large = () => underway.filter((bytes) => bytes > largeBytes);
				underway.push(size);
				this.most = Math.max(this.most, underway.length);
				this.mostLarge = Math.max(this.mostLarge, large().length);
				const bytes = underway.reduce((sum, each) => sum + each, 0);
				this.mostBytes = Math.max(this.mostBytes, bytes);
				for (let turn = 0; turn < 3; turn++) await setImmediate();
				underway.splice(underway.indexOf(size), 1);
				return await this.#kept.put(key, body, options);
			},
		};
	}
}

test.each([1, 2, 7])(
	"copy › has %i objects on their way at a time, and no more",
	async (concurrency) => {
		const target = new SlowTarget(1000);
		await run(await storeOf(smallRegistry()), target.store, { concurrency });
		expect(target.most).toBe(concurrency);
		await expectContent(target.store, smallRegistry());
	},
);

test("copy › has two large objects on their way at a time, beside the others", async () => {
	const layers = Array.from({ length: 8 }, (_, n) => `${n}`.repeat(500));
	const registry = new Map(pushWrites("app", "v1", [...layers, "small"]));
	const target = new SlowTarget(400);
	await run(await storeOf(registry), target.store, { concurrency: 4 });
	expect(target.mostLarge).toBe(2);
	expect(target.most).toBeGreaterThan(2);
	await expectContent(target.store, registry);
});

test("copy › (I8) holds 64 MiB of small bodies at a time, however many may be on their way", async () => {
	const keys = Array.from({ length: 40 }, (_, n) => `docker/registry/v2/${n}`);
	const content = await storeOf(keys.map((key) => [key, Buffer.from("x")]));
	const source: ObjectStore = {
		...faulty(content, {}),
		async *list(options) {
			for await (const page of content.list(options)) {
				const objects = page.objects.map((meta) => ({
					...meta,
					size: 5 * MIB,
				}));
				yield { ...page, objects };
			}
		},
	};
	const target = new SlowTarget(8 * MIB);
	await run(source, target.store, { concurrency: 32 });
	expect(target.mostBytes).toBe(60 * MIB);
});
