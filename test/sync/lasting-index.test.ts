import { existsSync, readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDigest } from "../../src/layout/digest.ts";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import { formatKey } from "../../src/layout/paths.ts";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { IndexFile } from "../../src/sync/index-file.ts";
import type { SyncOptions } from "../../src/sync/pass.ts";
import { SyncRefusal } from "../../src/sync/refusal.ts";
import { failure } from "../support/faults.ts";
import { type TracedCall, traced, writesOf } from "../support/trace.ts";
import {
	contentOf,
	imageWrites,
	pushWrites,
	smallRegistry,
	storeOf,
} from "./content.ts";
import { actionOf, COMMAND } from "./live-actions.ts";
import { LiveRegistry } from "./live-registry.ts";
import { expectClosed, expectContent, keysOf, run } from "./run.ts";
import { TemporaryIndex } from "./temporary-index.ts";

const REGISTRY = smallRegistry();
const CURRENT = formatKey({
	kind: "current",
	repository: "acme/app",
	tag: "v1",
});

/** The digest of an image that is in the registry, and that the tag does not name yet. */
const MOVED = formatDigest(imageWrites("acme/app", ["base", "two"]).digest);

/** A pass with this index, and what it asked of both sides. */
async function pass(
	source: ObjectStore,
	target: ObjectStore,
	{ path }: TemporaryIndex,
	options: SyncOptions = {},
) {
	const from = traced(source);
	const to = traced(target);
	const { result, events } = await run(from.store, to.store, {
		...options,
		indexPath: path,
	});
	return {
		result,
		copied: keysOf(events, "copied"),
		written: writesOf(to.calls)
			.map(({ key }) => key)
			.filter((key) => key !== MARKER_KEY),
		readAtSource: keysRead(from.calls),
		readAtTarget: keysRead(to.calls),
		/** Whether it listed what the target has. */
		listed: to.calls.some(
			({ operation, key }) =>
				operation === "list" && key === "docker/registry/",
		),
	};
}

function keysRead(calls: readonly TracedCall[]): readonly string[] {
	return calls
		.filter(
			({ operation, key }) => operation === "get" && !key.includes("lock"),
		)
		.map(({ key }) => key)
		.filter((key) => key !== MARKER_KEY);
}

describe("sync with a lasting index › a second pass", () => {
	test("reads nothing at the source, and neither lists nor writes the target", async () => {
		using index = new TemporaryIndex();
		const source = await storeOf(REGISTRY);
		const target = new MemoryStore();
		const first = await pass(source, target, index);
		expect(first.listed).toBe(true);
		const { result, ...second } = await pass(source, target, index);
		expect(second).toEqual({
			copied: [],
			written: [],
			readAtSource: [],
			readAtTarget: [],
			listed: false,
		});
		expect(result).toMatchObject({
			isComplete: true,
			skipped: first.result.scanned,
			scanned: first.result.scanned,
		});
	});

	test("copies what is new and what has changed, and reads nothing else", async () => {
		using index = new TemporaryIndex();
		const source = await storeOf(REGISTRY);
		const target = new MemoryStore();
		await pass(source, target, index);
		await source.put(CURRENT, Buffer.from(MOVED));
		const writes = pushWrites("acme/new", "v1", ["base", "new"]);
		for (const [key, content] of writes) await source.put(key, content);
		const { copied, readAtSource, listed } = await pass(source, target, index);
		const fresh = writes
			.map(([key]) => key)
			.filter((key) => !REGISTRY.has(key));
		const expected = [...fresh, CURRENT].sort();
		expect([...copied].sort()).toEqual(expected);
		expect([...readAtSource].sort()).toEqual(expected);
		expect(listed).toBe(false);
		await expectContent(
			target,
			new Map([...REGISTRY, ...writes]).set(CURRENT, Buffer.from(MOVED)),
		);
	});

	test("reads a link again that was written anew with the same content, once", async () => {
		using index = new TemporaryIndex();
		const source = await storeOf(REGISTRY);
		const target = new MemoryStore();
		await pass(source, target, index);
		await source.put(CURRENT, REGISTRY.get(CURRENT) ?? Buffer.alloc(0));
		const second = await pass(source, target, index);
		expect(second).toMatchObject({ copied: [], readAtSource: [CURRENT] });
		const third = await pass(source, target, index);
		expect(third).toMatchObject({ copied: [], readAtSource: [] });
	});

	test("does not trust a version that the source cannot tell", async () => {
		using index = new TemporaryIndex();
		const content = await storeOf(REGISTRY);
		const source: ObjectStore = {
			...faulty(content, {}),
			async *list(options) {
				for await (const page of content.list(options)) {
					const objects = page.objects.map((meta) => ({
						...meta,
						version: "",
					}));
					yield { ...page, objects };
				}
			},
		};
		const target = new MemoryStore();
		await pass(source, target, index);
		const links = [...REGISTRY.keys()].filter((key) => key.endsWith("/link"));
		const second = await pass(source, target, index);
		expect(second.readAtSource).toEqual(expect.arrayContaining(links));
		expect(second.copied).toEqual([]);
	});

	test("finds a malformed link malformed again, and copies it once it is whole", async () => {
		using index = new TemporaryIndex();
		const source = await storeOf(REGISTRY);
		const target = new MemoryStore();
		await pass(source, target, index);
		await source.put(CURRENT, Buffer.alloc(0));
		for (let times = 0; times < 2; times++) {
			const { result } = await pass(source, target, index);
			expect(result.damage.malformed).toBe(1);
			await expectContent(target, REGISTRY);
		}
		await source.put(CURRENT, Buffer.from(MOVED));
		const last = await pass(source, target, index);
		expect(last.copied).toEqual([CURRENT]);
		expect(last.result.isComplete).toBe(true);
	});
});

describe("sync with a lasting index › lists the target anew", () => {
	/** Each takes a target that a pass with the index has filled, and returns what is there for the next one. */
	const changes: readonly (readonly [
		string,
		(source: ObjectStore, target: MemoryStore) => Promise<ObjectStore>,
	])[] = [
		["is another one of the same name", async () => new MemoryStore("target")],
		[
			"was filled by another pass, which had another index",
			async (source, target) => {
				await source.put(CURRENT, Buffer.from(MOVED));
				await run(source, target);
				await source.put(CURRENT, REGISTRY.get(CURRENT) ?? Buffer.alloc(0));
				return target;
			},
		],
		[
			"has lost its marker",
			async (_source, target) => {
				await target.delete([MARKER_KEY, CURRENT]);
				return target;
			},
		],
		[
			"was emptied but for its marker",
			async (_source, target) => {
				for (const key of REGISTRY.keys()) await target.delete([key]);
				return target;
			},
		],
		[
			"has something at its start that no pass has put there",
			async (_source, target) => {
				await target.put("docker/registry/v2/a", Buffer.from("a"));
				await target.delete(["docker/registry/v2/a"]);
				const [first] = [...REGISTRY.keys()]
					.filter((key) => key.includes("/v2/"))
					.sort();
				await target.put(first ?? "", Buffer.from("other"));
				return target;
			},
		],
	];

	test.each(changes)("when it %s", async (_what, change) => {
		using index = new TemporaryIndex();
		const source = await storeOf(REGISTRY);
		const filled = new MemoryStore("target");
		await pass(source, filled, index);
		const target = await change(source, filled);
		expect(await pass(source, target, index)).toMatchObject({ listed: true });
		await expectContent(target, REGISTRY);
		expect(await pass(source, target, index)).toMatchObject({
			listed: false,
			written: [],
		});
	});

	test("when the last pass was ended before its time", async () => {
		using index = new TemporaryIndex();
		const source = await storeOf(REGISTRY);
		const target = new MemoryStore();
		const controller = new AbortController();
		let puts = 0;
		const ending = faulty(target, {
			put: () => {
				if (++puts === 20) controller.abort();
			},
		});
		const { signal } = controller;
		await expect(pass(source, ending, index, { signal })).rejects.toThrow();
		const arrived = (await contentOf(target)).size;
		expect(arrived).toBeGreaterThan(1);
		const second = await pass(source, target, index);
		expect(second).toMatchObject({ listed: true });
		expect(second.copied).toHaveLength(REGISTRY.size - arrived);
		// The links that the first pass has read are known.
		expect(second.readAtSource.filter((key) => key.endsWith("/link"))).toEqual(
			[],
		);
		await expectContent(target, REGISTRY);
	});

	test("when there is no index any more, or a damaged one", async () => {
		using index = new TemporaryIndex();
		const source = await storeOf(REGISTRY);
		const target = new MemoryStore();
		await pass(source, target, index);
		for (const text of ["", "no database ".repeat(1000)]) {
			writeFileSync(index.path, text);
			const second = await pass(source, target, index);
			expect(second).toMatchObject({ listed: true, written: [] });
		}
		const third = await pass(source, target, index);
		expect(third).toMatchObject({ listed: false });
	});
});

test("sync with a lasting index › another machine's pass that was under way at the same time makes it list the target anew (I9)", async () => {
	using ours = new TemporaryIndex();
	using theirs = new TemporaryIndex();
	const source = await storeOf(REGISTRY);
	const target = new MemoryStore();
	let isFirst = true;
	const slow = faulty(target, {
		put: async (key) => {
			if (key !== CURRENT || !isFirst) return;
			isFirst = false;
			// Between their reading of the tag and their writing, it moves, and a whole pass of ours copies it.
			await source.put(CURRENT, Buffer.from(MOVED));
			await pass(source, target, ours);
		},
	});
	await pass(source, slow, theirs);
	expect(await pass(source, target, ours)).toMatchObject({
		listed: true,
		copied: [CURRENT],
	});
	await expectContent(target, await contentOf(source));
	expect(await pass(source, target, ours)).toMatchObject({ listed: false });
});

describe("sync with a lasting index", () => {
	test("copies again what it does not know to have arrived", async () => {
		using index = new TemporaryIndex();
		const source = await storeOf(REGISTRY);
		const target = new MemoryStore();
		let losesAnswers = true;
		const losing: ObjectStore = {
			...faulty(target, {}),
			put: async (key, body, options) => {
				const meta = await target.put(key, body, options);
				if (losesAnswers && key.includes("/current/"))
					throw failure("unavailable", key, target.url);
				return meta;
			},
		};
		const first = await pass(source, losing, index);
		expect(first.result.failed).toBeGreaterThan(0);
		losesAnswers = false;
		const second = await pass(source, losing, index);
		expect(second).toMatchObject({
			listed: false,
			result: { isComplete: true },
		});
		const { failed, heldBack } = first.result;
		expect(second.copied).toHaveLength(failed + heldBack);
	});

	test("leaves it in a dry run as it was, and what the dry run said is what happens", async () => {
		using index = new TemporaryIndex();
		const source = await storeOf(REGISTRY);
		const target = new MemoryStore();
		const before = await pass(source, target, index, { isDryRun: true });
		const first = await pass(source, target, index);
		// Those of a rank in whatever order they come to be done.
		expect(before.copied.toSorted()).toEqual(first.copied.toSorted());
		await source.put(CURRENT, Buffer.from(MOVED));
		const dry = await pass(source, target, index, { isDryRun: true });
		expect(dry).toMatchObject({ copied: [CURRENT], written: [] });
		const real = await pass(source, target, index);
		expect(real).toMatchObject({ copied: [CURRENT], listed: false });
	});

	test("refuses to share it with another pass, whom it names", async () => {
		using index = new TemporaryIndex();
		const source = await storeOf(REGISTRY);
		const target = new MemoryStore();
		using _other = new IndexFile({ path: index.path, isDryRun: false });
		const refusal = pass(source, target, index);
		await expect(refusal).rejects.toBeInstanceOf(SyncRefusal);
		await expect(refusal).rejects.toMatchObject({
			code: "index-in-use",
			message: expect.stringContaining(`process ${process.pid} on `),
		});
		expect(existsSync(`${index.path}.owner`)).toBe(true);
		await expectContent(target, new Map());
	});

	test("keeps no content of blobs in it, and what it keeps is its owner's alone", async () => {
		using index = new TemporaryIndex();
		const source = await storeOf(REGISTRY);
		await pass(source, new MemoryStore(), index);
		expect(readFileSync(index.path).includes("base")).toBe(false);
	});

	test("converges to the source, whatever happens to either and to the passes between (property; I1)", async () => {
		const STEP = fc.oneof(
			{ weight: 3, arbitrary: COMMAND.map((command) => ({ command })) },
			{ weight: 2, arbitrary: fc.constant("pass" as const) },
			{ weight: 1, arbitrary: fc.constant("dry pass" as const) },
			{
				weight: 2,
				arbitrary: fc.record({ endAfter: fc.nat({ max: 12 }) }),
			},
			{
				weight: 1,
				arbitrary: fc.record({ failEvery: fc.integer({ min: 2, max: 5 }) }),
			},
			{ weight: 1, arbitrary: fc.constant("another pass" as const) },
		);
		await fc.assert(
			fc.asyncProperty(
				fc.array(STEP, { minLength: 2, maxLength: 14 }),
				async (steps) => {
					using index = new TemporaryIndex();
					const registry = new LiveRegistry([]);
					const target = new MemoryStore();
					const once = async (to: ObjectStore, options = {}) => {
						if (registry.content.size === 0) return;
						await pass(registry.store, to, index, options).catch(
							(error: unknown) => {
								if (!(error instanceof SyncRefusal)) throw error;
							},
						);
					};
					for (const step of steps) {
						if (step === "pass") await once(target);
						else if (step === "dry pass")
							await once(target, { isDryRun: true });
						else if (step === "another pass") {
							if (registry.content.size > 0)
								await run(registry.store, target).catch(() => {});
						} else if ("command" in step) {
							for (const { key, content } of actionOf(step.command)(
								new Map(registry.content),
							)) {
								if (content === undefined) {
									registry.content.delete(key);
									await registry.store.delete([key]);
								} else {
									registry.content.set(key, content);
									await registry.store.put(key, content);
								}
							}
						} else if ("endAfter" in step) {
							const controller = new AbortController();
							let puts = 0;
							const ending = faulty(target, {
								put: () => {
									if (++puts > step.endAfter)
										controller.abort(new Error("end"));
								},
							});
							await once(ending, { signal: controller.signal }).catch(() => {});
						} else {
							let puts = 0;
							const failing = faulty(target, {
								put: (key) => {
									if (key !== MARKER_KEY && ++puts % step.failEvery === 0)
										throw failure("unknown", key, target.url);
								},
							});
							await once(failing);
						}
						await expectClosed(target, registry.content);
					}
					await once(target);
					const found = new Map<string, string>();
					for (const [key, content] of registry.content) {
						await using reader = await target.get(key);
						found.set(key, Buffer.from(await reader.bytes(1e6)).toString());
						expect(found.get(key)).toBe(content.toString());
					}
					const last = traced(target);
					await once(last.store);
					expect(writesOf(last.calls)).toEqual([]);
				},
			),
			{ numRuns: 80 },
		);
	});
});
