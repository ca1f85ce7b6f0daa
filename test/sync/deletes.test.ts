import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDigest } from "../../src/layout/digest.ts";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import { copyRank } from "../../src/layout/order.ts";
import { blobKey, formatKey, kindOf } from "../../src/layout/paths.ts";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import type { DeletePlan } from "../../src/sync/delete-plan.ts";
import type { SyncOptions } from "../../src/sync/pass.ts";
import { failure } from "../support/faults.ts";
import { traced, writesOf } from "../support/trace.ts";
import {
	blob,
	contentOf,
	digestOf,
	imageWrites,
	pushWrites,
	putAll,
	smallRegistry,
	storeOf,
	type Write,
} from "./content.ts";
import { actionOf, COMMAND } from "./live-actions.ts";
import { LiveRegistry } from "./live-registry.ts";
import { expectClosed, expectContent, keysOf, run } from "./run.ts";
import { TemporaryIndex } from "./temporary-index.ts";

const REGISTRY = smallRegistry();

/** What was pushed once, and is gone from the source since. */
const GONE = pushWrites("acme/gone", "v1", ["base", "gone"]).filter(
	([key]) => !REGISTRY.has(key),
);
const GONE_KEYS = GONE.map(([key]) => key);
const GONE_BLOB = blobKey(digestOf("gone"));

const ALL: SyncOptions = { deletes: { approve: () => true } };

/** A source, and a target that has all of it and what is gone from it. */
async function bothSides() {
	const target = await storeOf(REGISTRY);
	await putAll(target, GONE);
	return { source: await storeOf(REGISTRY), target };
}

describe("sync › deletes", () => {
	test("nothing unless it is told to, and tells how much there is", async () => {
		const { source, target } = await bothSides();
		const { result } = await run(source, target);
		expect(result).toMatchObject({
			deleted: { objects: 0 },
			extra: GONE.length,
			isComplete: true,
		});
		await expectContent(target, new Map([...REGISTRY, ...GONE]));
	});

	test("what the source does not have, from the tags down to the blobs (I1)", async () => {
		const { source, target } = await bothSides();
		const { store, calls } = traced(target);
		const { result, events } = await run(source, store, ALL);
		expect(result).toMatchObject({
			deleted: { objects: GONE.length },
			extra: 0,
			isComplete: true,
		});
		await expectContent(target, REGISTRY);
		const ranks = keysOf(events, "deleted").map((key) => copyRank(kindOf(key)));
		expect(ranks).toEqual([...ranks].sort((left, right) => right - left));
		const deletes = writesOf(calls).filter(
			({ operation }) => operation === "delete",
		);
		for (const { key, began } of deletes)
			for (const other of deletes)
				if (copyRank(kindOf(other.key)) > copyRank(kindOf(key)))
					expect(other.ended).toBeLessThan(began);
	});

	test("with a lasting index, also what vanishes between two passes, without a listing of the target", async () => {
		using index = new TemporaryIndex();
		const source = await storeOf([...REGISTRY, ...GONE]);
		const target = new MemoryStore();
		const options = { ...ALL, indexPath: index.path };
		await run(source, target, options);
		await source.delete(GONE_KEYS);
		const { store, calls } = traced(target);
		const { result } = await run(source, store, options);
		expect(result.deleted.objects).toBe(GONE.length);
		expect(
			calls.some(
				({ operation, key }) =>
					operation === "list" && key === "docker/registry/",
			),
		).toBe(false);
		await expectContent(target, REGISTRY);
		const third = traced(target);
		await run(source, third.store, options);
		expect(writesOf(third.calls)).toEqual([]);
	});

	test("nothing that is not the registry's", async () => {
		const { source, target } = await bothSides();
		const others = new Map([
			["docker/other", Buffer.from("1")],
			["backup/docker/registry/v2/blobs/x", Buffer.from("2")],
			["docker/registry/v2/repositories/a/_uploads/1/data", Buffer.from("3")],
			["docker/registry/v2/repositories/a/x.tmp", Buffer.from("4")],
		]);
		await putAll(target, others);
		await run(source, target, ALL);
		await expectContent(target, new Map([...REGISTRY, ...others]));
	});

	test("after it was approved once, with the plan as it is carried out", async () => {
		const { source, target } = await bothSides();
		const plans: DeletePlan[] = [];
		let planned: readonly string[] = [];
		const approve = (plan: DeletePlan) => {
			plans.push(plan);
			planned = [...plan.keys()];
			return true;
		};
		const { events } = await run(source, target, { deletes: { approve } });
		expect(plans).toMatchObject([
			{
				objects: GONE.length,
				tags: 1,
				blobs: GONE_KEYS.filter((key) => kindOf(key) === "blob").length,
				targetTags: 7,
			},
		]);
		expect(planned).toEqual(keysOf(events, "deleted"));
		expect([...planned].sort()).toEqual([...GONE_KEYS].sort());
	});

	test("after it was copied to the backup prefix", async () => {
		const { source, target } = await bothSides();
		const deletes = { approve: () => true, backupPrefix: "backup/" };
		await run(source, target, { deletes });
		await expectContent(
			target,
			new Map([
				...REGISTRY,
				...GONE.map(([key, content]) => [`backup/${key}`, content] as const),
			]),
		);
	});

	test("not what cannot be backed up, nor what ranks lower", async () => {
		const { source, target } = await bothSides();
		const failing = faulty(target, {
			put: (key) => {
				if (key.startsWith("backup/") && key.includes("/current/"))
					throw failure("permission-denied", key, target.url);
			},
		});
		const deletes = { approve: () => true, backupPrefix: "backup/" };
		const { result } = await run(source, failing, { deletes });
		expect(result).toMatchObject({ failed: 1, deleted: { objects: 0 } });
		for (const key of GONE_KEYS)
			expect(await target.head(key), key).toBeDefined();
	});
});

describe("sync › refuses to delete, and changes nothing,", () => {
	const refusals: readonly (readonly [
		string,
		SyncOptions["deletes"],
		string,
	])[] = [
		[
			"when it is not approved",
			{ approve: () => false },
			"deletes-not-approved",
		],
		[
			"more than is allowed",
			{ approve: () => true, maxObjects: GONE.length - 1 },
			"too-many-deletes",
		],
	];

	test.each(refusals)("%s", async (_what, deletes, code) => {
		const { source, target } = await bothSides();
		await source.put("docker/registry/v2/new", Buffer.from("new"));
		const { store, calls } = traced(target);
		await expect(run(source, store, { deletes })).rejects.toMatchObject({
			code,
		});
		expect(writesOf(calls)).toEqual([]);
	});

	test("more than half of the target's tags, unless a number is allowed", async () => {
		const source = await storeOf(pushWrites("solo", "v1", []));
		const target = await storeOf(REGISTRY);
		const refused = run(source, target, ALL);
		await expect(refused).rejects.toMatchObject({ code: "too-many-deletes" });
		await expectContent(target, REGISTRY);
		const deletes = { approve: () => true, maxObjects: REGISTRY.size };
		await run(source, target, { deletes });
		await expectContent(target, await contentOf(source));
	});
});

describe("sync › of blobs that the source has lost", () => {
	const REVISION = imageWrites("acme/app", ["base", "one"]).digest;

	test("takes none from the target that a manifest's link names, unless a number is allowed", async () => {
		const { source, target } = await bothSides();
		await source.delete([blobKey(REVISION)]);
		const { store, calls } = traced(target);
		await expect(run(source, store, ALL)).rejects.toMatchObject({
			code: "lost-blobs",
			message: expect.stringContaining(formatDigest(REVISION)),
		});
		expect(writesOf(calls)).toEqual([]);
		const deletes = { approve: () => true, maxObjects: GONE.length + 1 };
		const { result } = await run(source, store, { deletes });
		expect(result.deleted.objects).toBe(GONE.length + 1);
	});

	test("(GC) takes the manifest that only the history of a tag names, which a deleted one leaves behind", async () => {
		const { source, target } = await bothSides();
		await source.delete([
			blobKey(REVISION),
			formatKey({
				kind: "revision",
				repository: "acme/app",
				digest: REVISION,
			}),
			formatKey({ kind: "current", repository: "acme/app", tag: "v1" }),
		]);
		const { result } = await run(source, target, ALL);
		expect(result).toMatchObject({
			deleted: { objects: GONE.length + 3 },
			deletePlan: { namedBlobs: 0 },
			extra: 0,
		});
		await expectContent(target, await contentOf(source));
	});

	test("counts those apart that only layer links name, as garbage collection leaves them", async () => {
		const source = await storeOf(REGISTRY);
		const target = await storeOf(REGISTRY);
		const sha512 = digestOf("long", "sha512");
		const [repository, digest] = ["acme/app", sha512];
		const named: readonly Write[] = [
			blob("long", "sha512"),
			[
				formatKey({ kind: "layer", repository, digest }),
				Buffer.from(formatDigest(digest)),
			],
		];
		await putAll(source, named.slice(1));
		await putAll(target, [...named, blob("nobody's")]);
		await source.delete([blobKey(digestOf("base"))]);
		const { result } = await run(source, target, ALL);
		expect(result.deletePlan).toMatchObject({
			objects: 3,
			blobs: 3,
			namedBlobs: 2,
			links: 0,
			tags: 0,
		});
		await expectContent(target, await contentOf(source));
	});
});

describe("sync › deletes nothing anywhere (I2)", () => {
	test.each([
		[
			"while a directory of the source cannot be listed",
			(source: MemoryStore): ObjectStore =>
				faulty(source, {
					list: (prefix) => {
						if (prefix.includes("/acme/app-web/_layers/"))
							throw failure("permission-denied", prefix, source.url);
					},
				}),
		],
		[
			"while a link cannot be read",
			(source: MemoryStore): ObjectStore =>
				faulty(source, {
					get: (key) => {
						if (key.includes("/tags/v2/current/"))
							throw failure("unavailable", key, source.url);
					},
				}),
		],
	])("%s", async (_what, as) => {
		const { source, target } = await bothSides();
		const { result } = await run(as(source), target, ALL);
		expect(result).toMatchObject({
			deleted: { objects: 0 },
			isComplete: false,
		});
		await expectContent(target, new Map([...REGISTRY, ...GONE]));
	});

	test("while something could not be copied", async () => {
		const { source, target } = await bothSides();
		await putAll(source, pushWrites("acme/new", "v1", ["new"]));
		const failing = faulty(target, {
			put: (key) => {
				if (kindOf(key) === "blob") throw failure("unknown", key, target.url);
			},
		});
		const { result } = await run(source, failing, ALL);
		expect(result).toMatchObject({ deleted: { objects: 0 } });
		for (const key of GONE_KEYS)
			expect(await target.head(key), key).toBeDefined();
	});

	test("when the source's registry is gone by then", async () => {
		const { source, target } = await bothSides();
		await putAll(source, pushWrites("acme/new", "v1", ["new"]));
		let isGone = false;
		const going = faulty(source, {
			list: () => {
				if (isGone) throw failure("unavailable", "", source.url);
			},
			head: () => {
				if (isGone) throw failure("unavailable", "", source.url);
			},
		});
		const watched = faulty(target, {
			put: (key) => {
				if (key !== MARKER_KEY) isGone = true;
			},
		});
		await expect(run(going, watched, ALL)).rejects.toMatchObject({
			code: "unavailable",
		});
		for (const key of GONE_KEYS)
			expect(await target.head(key), key).toBeDefined();
	});

	test("when the source is empty by then, as a mount point is whose disk went away", async () => {
		const { source, target } = await bothSides();
		await putAll(source, pushWrites("acme/new", "v1", ["new"]));
		let isGone = false;
		const watched = faulty(target, {
			put: (key) => {
				if (kindOf(key) === "current") isGone = true;
			},
		});
		const empty = new MemoryStore();
		const going: ObjectStore = {
			...faulty(source, {}),
			head: (key) => (isGone ? empty : source).head(key),
			list: (options) => (isGone ? empty : source).list(options),
		};
		await expect(run(going, watched, ALL)).rejects.toMatchObject({
			code: "no-registry",
		});
		for (const key of GONE_KEYS)
			expect(await target.head(key), key).toBeDefined();
	});

	test("that the source turns out to have when it is asked again, or cannot tell", async () => {
		const { source, target } = await bothSides();
		const telling: ObjectStore = {
			...faulty(source, {}),
			head: async (key) => {
				if (key === GONE_BLOB)
					throw failure("permission-denied", key, source.url);
				const back = GONE.find(
					([gone]) => gone === key && kindOf(key) === "layer",
				);
				if (back !== undefined) await source.put(...back);
				return await source.head(key);
			},
		};
		const { result, events } = await run(telling, target, ALL);
		expect(result.failed).toBe(1);
		const deleted = keysOf(events, "deleted");
		expect(deleted.every((key) => !key.includes("_layers"))).toBe(true);
		expect(await target.head(GONE_BLOB)).toBeDefined();
	});

	test("when another pass has marked the target meanwhile", async () => {
		const { source, target } = await bothSides();
		await putAll(source, pushWrites("acme/new", "v1", ["new"]));
		let others = 0;
		const shared = faulty(target, {
			put: async (key) => {
				if (kindOf(key) === "current" && others++ === 0)
					await run(source, target);
			},
		});
		await expect(run(source, shared, ALL)).rejects.toMatchObject({
			code: "precondition-failed",
		});
		for (const key of GONE_KEYS)
			expect(await target.head(key), key).toBeDefined();
	});
});

describe("sync › a tag that cannot be deleted", () => {
	test("keeps its blobs (I1)", async () => {
		const { source, target } = await bothSides();
		const tag = formatKey({
			kind: "current",
			repository: "acme/gone",
			tag: "v1",
		});
		const failing: ObjectStore = {
			...faulty(target, {}),
			delete: async (keys, call) => {
				const failures = new Map(
					await target.delete(
						keys.filter((key) => key !== tag),
						call,
					),
				);
				if (keys.includes(tag))
					failures.set(tag, failure("permission-denied", tag, target.url));
				return failures;
			},
		};
		const { result, events } = await run(source, failing, ALL);
		expect(result).toMatchObject({ failed: 1, isComplete: false });
		expect(keysOf(events, "delete-failed")).toEqual([tag]);
		for (const key of GONE_KEYS)
			expect(await target.head(key), key).toBeDefined();
	});
});

describe("sync › any registry", () => {
	test("becomes the source's very image, and a dry run says exactly what then happens (property; I1)", async () => {
		const commands = fc.array(COMMAND, { minLength: 1, maxLength: 10 });
		await fc.assert(
			fc.asyncProperty(
				commands,
				commands,
				fc.boolean(),
				async (before, after, isLasting) => {
					using index = new TemporaryIndex();
					const registry = new LiveRegistry(before.map(actionOf));
					await registry.finish();
					const target = new MemoryStore();
					const options: SyncOptions = {
						indexPath: isLasting ? index.path : undefined,
						deletes: { approve: () => true, maxObjects: 1e6 },
					};
					if (registry.content.size > 0)
						await run(registry.store, target, options);
					const later = new LiveRegistry(after.map(actionOf));
					for (const [key, content] of registry.content) {
						later.content.set(key, content);
						await later.store.put(key, content);
					}
					await later.finish();
					fc.pre(
						keysWith(later.content, "blob") &&
							keysWith(later.content, "current"),
					);
					const dry = await run(later.store, target, {
						...options,
						isDryRun: true,
					});
					// A link that the target has may have dangled in the source when it was copied.
					const both = {
						has: (key: string) =>
							registry.content.has(key) && later.content.has(key),
					};
					const watched = faulty(target, {
						put: () => expectClosed(target, both),
						delete: () => expectClosed(target, both),
					});
					const real = await run(later.store, watched, options);
					// Of what is copied at the same time, nobody knows what is done first.
					const [told, done] = [dry, real].map(({ events }) => [
						keysOf(events, "copied").toSorted(),
						keysOf(events, "deleted"),
					]);
					expect(told).toEqual(done);
					expect(real.result.isComplete).toBe(true);
					await expectContent(target, later.content);
				},
			),
			{ numRuns: 40 },
		);
	});
});

function keysWith(content: ReadonlyMap<string, Buffer>, kind: string): boolean {
	return [...content.keys()].some((key) => kindOf(key) === kind);
}
