import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isLink } from "../../../src/layout/order.ts";
import { kindOf } from "../../../src/layout/paths.ts";
import type { ObjectStore } from "../../../src/store/object-store.ts";
import { passOn } from "../../../src/store/pass-on.ts";
import { closureBreaches } from "../../sync/closure.ts";
import {
	blob,
	contentOf,
	LOCK,
	putAll,
	smallRegistry,
} from "../../sync/content.ts";
import { actionOf, COMMAND, push } from "../../sync/live-actions.ts";
import { actOn, MergedRegistry } from "./merged-registry.ts";

const COMMANDS = fc.array(COMMAND.map(actionOf), { maxLength: 8 });

/** Links, and lock files: all by which a registry says what it has. */
async function named(store: ObjectStore): Promise<ReadonlyMap<string, string>> {
	const all = await contentOf(store);
	return new Map(
		[...all]
			.filter(([key]) => isLink(kindOf(key)) || kindOf(key) === "lock")
			.map(([key, content]) => [key, content.toString()]),
	);
}

/** A source that was killed after so many writes: whatever comes after fails. `afterEach` is called after each. */
function killedAfter(
	writes: number,
	source: ObjectStore,
	afterEach: () => Promise<void> = async () => {},
): ObjectStore {
	let left = writes;
	const alive = () => {
		if (left-- <= 0) throw new Error("killed");
	};
	return {
		...passOn(source),
		async put(key, body, options) {
			alive();
			const meta = await source.put(key, body, options);
			await afterEach();
			return meta;
		},
		async delete(keys, call) {
			for (const key of keys) {
				alive();
				for (const error of (await source.delete([key], call)).values())
					throw error;
				await afterEach();
			}
			return new Map();
		},
	};
}

/** The source serves what the target does, and has lost no blob. */
async function expectMerged(
	registry: MergedRegistry,
	blobs: readonly string[],
): Promise<void> {
	const { source, target } = registry;
	const [ours, theirs] = [await contentOf(source), await contentOf(target)];
	expect(await named(source)).toEqual(await named(target));
	for (const key of theirs.keys()) expect(ours.has(key), key).toBe(true);
	for (const key of blobs) expect(ours.has(key), key).toBe(true);
	expect(closureBreaches(ours, theirs)).toEqual([]);
}

async function blobsOf(store: ObjectStore): Promise<readonly string[]> {
	return [...(await contentOf(store)).keys()].filter(
		(key) => kindOf(key) === "blob",
	);
}

describe("the merge", () => {
	test("brings all that was done at the target into the source, whatever it was; again, there is nothing to do", async () => {
		await fc.assert(
			fc.asyncProperty(COMMANDS, COMMANDS, COMMANDS, async (...all) => {
				using registry = new MergedRegistry();
				await putAll(registry.source, [...smallRegistry()]);
				await actOn(registry.source, all[0]);
				await registry.goOver();
				const blobs = await blobsOf(registry.source);
				await registry.act(...all[1]);
				expect(await registry.changes()).toEqual([]);
				registry.begin();
				await registry.back(false);
				await registry.act(...all[2]);
				const last = await registry.back(true);
				expect(last).toMatchObject({ failed: 0, heldBack: 0, extra: 0 });
				await expectMerged(registry, blobs);
				expect(await registry.changes()).toEqual([]);
				const again = await registry.back(true);
				expect(again.copied.objects + again.deleted.objects).toBe(0);
			}),
			{ numRuns: 40 },
		);
	});

	test("killed after any write, and begun again after more was done, it comes to the same; the source is closed after each", async () => {
		await fc.assert(
			fc.asyncProperty(
				COMMANDS,
				COMMANDS,
				fc.nat(40),
				fc.boolean(),
				async (first, second, killAt, isLast) => {
					using registry = new MergedRegistry();
					const { source, target } = registry;
					await putAll(source, [...smallRegistry()]);
					await registry.goOver();
					const blobs = await blobsOf(source);
					await registry.act(...first);
					registry.begin();
					const served = await contentOf(target);
					const killed = (store: ObjectStore) =>
						killedAfter(killAt, store, async () => {
							expect(closureBreaches(await contentOf(source), served)).toEqual(
								[],
							);
						});
					await registry.back(isLast, killed).catch(() => {});
					await registry.act(...second);
					expect(await registry.changes()).toEqual([]);
					registry.begin();
					await registry.back(true);
					await expectMerged(registry, blobs);
				},
			),
			{ numRuns: 40 },
		);
	});

	test("heals a blob that was corrupt in the source by what was pushed again", async () => {
		using registry = new MergedRegistry();
		const [key, content] = blob("base");
		await putAll(registry.source, [...smallRegistry()]);
		await registry.source.put(key, Buffer.from("rots"));
		await registry.goOver();
		expect((await contentOf(registry.target)).has(key)).toBe(false);
		await registry.target.put(key, content);
		registry.begin();
		await registry.back(true);
		expect((await contentOf(registry.source)).get(key)).toEqual(content);
	});

	test("leaves a link that holds no digest, and what never came to the target, where they are", async () => {
		using registry = new MergedRegistry();
		const { source } = registry;
		await putAll(source, [...smallRegistry()]);
		const key =
			"docker/registry/v2/repositories/acme/app/_manifests/tags/empty/current/link";
		await source.put(key, Buffer.alloc(0));
		const stray = blob("corrupt")[0];
		await source.put(stray, Buffer.from("else"));
		await registry.goOver();
		registry.begin();
		const { deleted } = await registry.back(true);
		expect(deleted.objects).toBe(0);
		const left = await contentOf(source);
		expect([left.has(key), left.has(stray)]).toEqual([true, true]);
		expect(await registry.changes()).toEqual([]);
	});

	test("makes the lock files what they are at the target", async () => {
		using registry = new MergedRegistry();
		await putAll(registry.source, [...smallRegistry()]);
		await registry.goOver();
		await registry.target.delete([LOCK[0]]);
		registry.begin();
		await registry.back(true);
		expect((await contentOf(registry.source)).has(LOCK[0])).toBe(false);
	});
});

describe("what was done", () => {
	test("is told by tags: pushed, moved and deleted", async () => {
		using registry = new MergedRegistry();
		await putAll(registry.source, [...smallRegistry()]);
		await registry.goOver();
		await registry.act(
			push("new", "v1", ["base"]),
			push("acme/app", "v1", ["base", "moved"]),
			actionOf({
				do: "untag",
				repository: "solo",
				tag: "v1",
				isCurrentFirst: true,
			}),
		);
		registry.begin();
		await registry.back(false);
		const digest = expect.stringMatching(/^sha256:/);
		expect(registry.tags()).toEqual([
			{ repository: "acme/app", tag: "v1", from: digest, to: digest },
			{ repository: "new", tag: "v1", from: undefined, to: digest },
			{ repository: "solo", tag: "v1", from: digest, to: undefined },
		]);
	});
});

describe("a source that somebody else has changed", () => {
	const tag = (repository: string, name: string) =>
		`docker/registry/v2/repositories/${repository}/_manifests/tags/${name}/current/link`;

	test("is found by what appeared, changed and is gone", async () => {
		using registry = new MergedRegistry();
		const { source } = registry;
		await putAll(source, [...smallRegistry()]);
		await registry.goOver();
		await actOn(source, [push("acme/app", "v1", ["base", "split"])]);
		await source.delete([tag("solo", "v1")]);
		await source.put(tag("acme/app", "v2"), Buffer.alloc(0));
		const changes = await registry.changes();
		expect(changes).toContainEqual({
			key: tag("acme/app", "v1"),
			verdict: "changed",
		});
		expect(changes).toContainEqual({
			key: tag("acme/app", "v2"),
			verdict: "changed",
		});
		expect(changes).toContainEqual({ key: tag("solo", "v1"), verdict: "gone" });
		expect(changes).toContainEqual(
			expect.objectContaining({ verdict: "appeared" }),
		);
	});

	test("is none where only versions differ, as when it was copied or its owner changed", async () => {
		using registry = new MergedRegistry();
		const { source } = registry;
		await putAll(source, [...smallRegistry()]);
		await registry.goOver();
		await putAll(source, [...smallRegistry()]);
		expect(await registry.changes()).toEqual([]);
	});
});
