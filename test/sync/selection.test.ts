import { describe, expect, test } from "vitest";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import { blobKey, formatKey, kindOf } from "../../src/layout/paths.ts";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { readMarker } from "../../src/sync/marker.ts";
import type { SyncOptions } from "../../src/sync/pass.ts";
import { failure } from "../support/faults.ts";
import { traced } from "../support/trace.ts";
import {
	blob,
	type Content,
	contentOf,
	digestOf,
	LOCK,
	pushWrites,
	smallRegistry,
	storeOf,
} from "./content.ts";
import { expectClosed, expectContent, keysOf, run } from "./run.ts";
import { wanted } from "./selected.ts";
import { TemporaryIndex } from "./temporary-index.ts";

const GARBAGE = blob("garbage");
const REGISTRY: Content = new Map([...smallRegistry(), GARBAGE]);

function including(...include: readonly string[]): SyncOptions {
	return { selection: { include } };
}

const DELETING: SyncOptions = {
	deletes: { approve: () => true, maxObjects: 1e6 },
};

async function partialOf(target: ObjectStore): Promise<string | undefined> {
	return (await readMarker(target, undefined))?.partial;
}

describe("sync › with patterns for repositories", () => {
	test("copies the selected ones, the blobs that their links name, and the lock files (I1)", async () => {
		const source = traced(await storeOf(REGISTRY));
		const target = new MemoryStore();
		const { result } = await run(
			source.store,
			target,
			including("acme/app/**"),
		);
		const expected = wanted(REGISTRY, ["acme/app", "acme/app/cache"]);
		await expectContent(target, expected);
		await expectClosed(target, REGISTRY);
		const others = [...REGISTRY.keys()].filter(
			(key) => kindOf(key) === "blob" && !expected.has(key),
		);
		expect(result).toMatchObject({
			isComplete: true,
			partial: "repositories",
			scanned: { objects: expected.size - 1 },
			copied: { objects: expected.size },
			leftOut: {
				repositories: 2,
				blobs: { objects: others.length },
				unmatched: [],
				isUnknown: false,
			},
		});
		// Nothing of the others was so much as read.
		for (const { operation, key } of source.calls)
			if (operation === "get" && key !== MARKER_KEY)
				expect(expected.has(key), key).toBe(true);
	});

	test("leaves out what is excluded, and says which pattern excludes nothing", async () => {
		const target = new MemoryStore();
		const selection = { include: ["acme/**"], exclude: ["*/app-*", "no/*"] };
		const { result } = await run(await storeOf(REGISTRY), target, {
			selection,
		});
		await expectContent(
			target,
			wanted(REGISTRY, ["acme/app", "acme/app/cache"]),
		);
		expect(result.leftOut).toMatchObject({
			repositories: 2,
			unmatched: ["no/*"],
		});
	});

	test.for<[string, SyncOptions["selection"], string, string]>([
		[
			"an include that matches none",
			{ include: ["acme/**", "apps/*"] },
			"No repository of the source matches --include 'apps/*'",
			"There are acme/app, acme/app-web, acme/app/cache, solo. Names are written as the source has them: group/project.",
		],
		[
			"a part of a name",
			{ include: ["app"] },
			"No repository of the source matches --include 'app'",
			"Similar are acme/app, acme/app-web, acme/app/cache. Names are written as the source has them: group/project.",
		],
		[
			"an exclude that matches all",
			{ exclude: ["**"] },
			"No repository of the source is selected: --exclude leaves out all of them",
			"There are acme/app, acme/app-web, acme/app/cache, solo. Names are written as the source has them: group/project.",
		],
	])(
		"changes nothing for %s, and names some that there are",
		async ([, selection, message, suggestion]) => {
			const target = new MemoryStore();
			const refusal = run(await storeOf(REGISTRY), target, { selection });
			await expect(refusal).rejects.toMatchObject({
				code: "no-such-repository",
				message,
				suggestions: [suggestion],
			});
			expect((await target.head(MARKER_KEY)) ?? "nothing").toBe("nothing");
			await expectContent(target, new Map());
		},
	);

	test("changes nothing before the blobs are listed, and says where the repository may be (I2)", async () => {
		const hidden = pushWrites("secret/app", "v1", ["hidden"]);
		const source = await storeOf([...REGISTRY, ...hidden]);
		const { store, calls } = traced(
			faulty(source, {
				list: (prefix) => {
					if (prefix.endsWith("/repositories/secret/"))
						throw failure("permission-denied", prefix, source.url);
				},
			}),
		);
		await expect(
			run(store, new MemoryStore(), including("secret/**")),
		).rejects.toMatchObject({
			code: "no-such-repository",
			suggestions: [
				expect.stringContaining("There are acme/app, "),
				"Some places could not be read: it may be in one of those.",
			],
		});
		const listed = calls.filter(({ operation }) => operation === "list");
		expect(listed.length).toBeGreaterThan(0);
		for (const { key } of listed) expect(key).not.toContain("/blobs/");
	});

	test("copies all that was left out when nothing is any more, and another selection first, with one index", async () => {
		using index = new TemporaryIndex();
		const { path: indexPath } = index;
		const source = await storeOf(REGISTRY);
		const target = new MemoryStore();
		await run(source, target, { indexPath, ...including("solo") });
		await expectContent(target, wanted(REGISTRY, ["solo"]));
		await run(source, target, { indexPath, ...including("acme/app") });
		const both = wanted(REGISTRY, ["solo", "acme/app"]);
		await expectContent(target, both);
		expect(await partialOf(target)).toBe("repositories");
		const { result } = await run(source, target, { indexPath });
		expect(result).toMatchObject({
			isComplete: true,
			isTargetListed: false,
			copied: { objects: REGISTRY.size - both.size },
			partial: undefined,
		});
		await expectContent(target, REGISTRY);
		expect(await partialOf(target)).toBeUndefined();
	});

	test("remembers that the target is partial, also where there is nothing to copy, until a pass that leaves out nothing", async () => {
		using index = new TemporaryIndex();
		const { path: indexPath } = index;
		const source = await storeOf(REGISTRY);
		const target = new MemoryStore();
		await run(source, target, { indexPath });
		expect(await partialOf(target)).toBeUndefined();
		const filtered = await run(source, target, {
			indexPath,
			...including("solo"),
		});
		expect(filtered.result).toMatchObject({
			copied: { objects: 0 },
			partial: "repositories",
			isTargetListed: false,
		});
		expect(await partialOf(target)).toBe("repositories");
		const whole = await run(source, target, { indexPath });
		expect(whole.result).toMatchObject({
			copied: { objects: 0 },
			isTargetListed: false,
		});
		expect(whole.result.partial).toBeUndefined();
		expect(await partialOf(target)).toBeUndefined();
	});

	test("remembers it when the pass that was to make it whole was stopped, or failed in part", async () => {
		const source = await storeOf(REGISTRY);
		const target = new MemoryStore();
		await run(source, target, including("solo"));
		const controller = new AbortController();
		const observe = () => controller.abort(new Error("enough"));
		const stopped = run(source, withPut(target, observe), {
			signal: controller.signal,
		});
		await expect(stopped).rejects.toThrow("enough");
		expect(await partialOf(target)).toBe("repositories");
		const failing = withPut(target, (key) => {
			if (key.endsWith("/current/link"))
				throw failure("permission-denied", key, target.url);
		});
		const { result } = await run(source, failing);
		expect(result).toMatchObject({
			isComplete: false,
			partial: "repositories",
		});
		expect(await partialOf(target)).toBe("repositories");
	});

	test("says in a dry run what the same command then does", async () => {
		const source = await storeOf(REGISTRY);
		const target = await storeOf(wanted(REGISTRY, ["solo"]));
		const options = including("acme/*");
		const dry = await run(source, target, { ...options, isDryRun: true });
		const real = await run(source, target, options);
		expect(dry.result).toEqual(real.result);
		const copied = (events: typeof dry.events) =>
			keysOf(events, "copied").toSorted();
		expect(copied(dry.events)).toEqual(copied(real.events));
	});
});

/** A target that is told of each put but the marker's before it happens. */
function withPut(
	target: MemoryStore,
	onPut: (key: string) => void,
): ObjectStore {
	return {
		...traced(target).store,
		put: async (key, body, options) => {
			if (key !== MARKER_KEY) onPut(key);
			options?.signal?.throwIfAborted();
			return await target.put(key, body, options);
		},
	};
}

/** Of two repositories, one of which is going to be excluded: what is gone from the source. */
const GONE = pushWrites("acme/app", "gone", ["base", "gone"]).filter(
	([key]) => !REGISTRY.has(key),
);
const GONE_ELSEWHERE = pushWrites("other/app", "gone", ["elsewhere"]);

describe("sync › --delete with patterns for repositories", () => {
	test.for([true, false])(
		"deletes links of selected repositories, and never a blob, nor anything of the others (noted before: %s)",
		async (isNoted) => {
			using index = new TemporaryIndex();
			const indexPath = isNoted ? index.path : undefined;
			const target = new MemoryStore();
			const all = await storeOf([...REGISTRY, ...GONE, ...GONE_ELSEWHERE]);
			await run(all, target, { indexPath });
			const source = await storeOf(REGISTRY, all.url.slice("memory://".length));
			// The unfiltered pass notes what is extra, and leaves it.
			const noted = await run(source, target, { indexPath });
			expect(noted.result.extra).toBe(GONE.length + GONE_ELSEWHERE.length);
			const options = { indexPath, ...including("acme/**"), ...DELETING };
			const dry = await run(source, target, { ...options, isDryRun: true });
			const real = await run(source, target, options);
			const links = GONE.filter(([key]) => kindOf(key) !== "blob");
			expect([...keysOf(real.events, "deleted")].sort()).toEqual(
				links.map(([key]) => key).sort(),
			);
			expect(dry.result).toEqual(real.result);
			expect(real.result).toMatchObject({ isComplete: true, extra: 0 });
			await expectContent(
				target,
				new Map([
					...REGISTRY,
					...GONE.filter(([key]) => kindOf(key) === "blob"),
					...GONE_ELSEWHERE,
				]),
			);
			// And now all of it.
			const last = await run(source, target, { indexPath, ...DELETING });
			expect(last.result).toMatchObject({ isComplete: true, extra: 0 });
			await expectContent(target, REGISTRY);
		},
	);

	test("takes stale lock files away, as ever", async () => {
		const stale = formatKey({ kind: "lock", name: "database-in-use" });
		const target = await storeOf([[stale, Buffer.from("{}")]]);
		await run(await storeOf(REGISTRY), target, including("solo"));
		const content = await contentOf(target);
		expect([content.has(stale), content.has(LOCK[0])]).toEqual([false, true]);
	});

	test("refuses to delete more than half of the tags of what is selected", async () => {
		const target = new MemoryStore();
		const twice = [
			...pushWrites("a", "v1", ["x"]),
			...pushWrites("a", "v2", ["y"]),
			...pushWrites("a", "v3", ["y"]),
		];
		const source = await storeOf([...REGISTRY, ...twice]);
		await run(source, target);
		for (const tag of ["v2", "v3"])
			await source.delete([
				formatKey({ kind: "current", repository: "a", tag }),
			]);
		const deletes = { approve: () => true };
		await expect(
			run(source, target, { ...including("a"), deletes }),
		).rejects.toMatchObject({
			code: "too-many-deletes",
			message: expect.stringContaining("2 of the 3 tags"),
		});
	});
});

describe("sync › --skip-unreferenced", () => {
	const SKIPPING: SyncOptions = { selection: { skipsUnreferenced: true } };

	test("leaves out blobs that no link names, and copies them when asked for all", async () => {
		using index = new TemporaryIndex();
		const indexPath = index.path;
		const source = await storeOf(REGISTRY);
		const target = new MemoryStore();
		const { result } = await run(source, target, { indexPath, ...SKIPPING });
		const expected = new Map(REGISTRY);
		expected.delete(GARBAGE[0]);
		await expectContent(target, expected);
		expect(result).toMatchObject({
			isComplete: true,
			partial: "unreferenced",
			leftOut: { repositories: 0, blobs: { objects: 1, bytes: 7 } },
		});
		expect(await partialOf(target)).toBe("unreferenced");
		await run(source, target, { indexPath });
		await expectContent(target, REGISTRY);
		expect(await partialOf(target)).toBeUndefined();
	});

	test("does not call such a blob extra, which the source has", async () => {
		const source = await storeOf(REGISTRY);
		const gone = blob("gone");
		const target = await storeOf([...REGISTRY, gone]);
		const { result, events } = await run(source, target, {
			...SKIPPING,
			...DELETING,
		});
		expect(keysOf(events, "deleted")).toEqual([gone[0]]);
		expect(result.extra).toBe(0);
		await expectContent(target, REGISTRY);
	});

	test("leaves out no blob while a link could not be read, and says so (I2)", async () => {
		const key = formatKey({
			kind: "layer",
			repository: "acme/app",
			digest: digestOf("one"),
		});
		const source = await storeOf(REGISTRY);
		const failing: ObjectStore = {
			...traced(source).store,
			get: async (name, options) => {
				if (name === key) throw failure("permission-denied", name, source.url);
				return await source.get(name, options);
			},
		};
		const target = new MemoryStore();
		const { result } = await run(failing, target, SKIPPING);
		expect(result).toMatchObject({
			isComplete: false,
			leftOut: { blobs: { objects: 0 }, isUnknown: true },
			partial: undefined,
		});
		const content = await contentOf(target);
		for (const name of [GARBAGE[0], blobKey(digestOf("one"))])
			expect(content.has(name)).toBe(true);
	});

	test("is refused where no link names any blob: a metadata database may", async () => {
		const target = new MemoryStore();
		const source = await storeOf([
			blob("one"),
			[
				formatKey({
					kind: "layer",
					repository: "a",
					digest: digestOf("gone"),
				}),
				Buffer.from(""),
			],
		]);
		await expect(run(source, target, SKIPPING)).rejects.toMatchObject({
			code: "no-links",
		});
		await expectContent(target, new Map());
	});

	test("goes with patterns, which leave out more", async () => {
		const target = new MemoryStore();
		const { result } = await run(await storeOf(REGISTRY), target, {
			selection: { include: ["solo"], skipsUnreferenced: true },
		});
		await expectContent(target, wanted(REGISTRY, ["solo"]));
		expect(result.partial).toBe("repositories");
	});
});

test("sync › a link of an excluded repository that could not be copied holds back nothing of the selected ones", async () => {
	using index = new TemporaryIndex();
	const indexPath = index.path;
	const source = await storeOf(REGISTRY);
	const target = new MemoryStore();
	const failing = withPut(target, (key) => {
		if (key.includes("acme/app-web/") || key.includes("/solo/"))
			throw failure("permission-denied", key, target.url);
	});
	const first = await run(source, failing, { indexPath });
	expect(first.result.failed).toBeGreaterThan(0);
	const { result } = await run(source, target, {
		indexPath,
		...including("solo"),
	});
	expect(result).toMatchObject({
		isComplete: true,
		heldBack: 0,
		leftOut: { repositories: 3 },
	});
	const expected = wanted(REGISTRY, ["solo"]);
	const content = await contentOf(target);
	for (const key of expected.keys()) expect(content.has(key), key).toBe(true);
	expect(
		[...content.keys()].filter((key) => key.includes("acme/app-web/")),
	).toEqual([]);
	await run(source, target, { indexPath });
	await expectContent(target, REGISTRY);
});

test("sync › an image of several platforms brings its children", async () => {
	const images = pushWrites("multi", "v1", {
		platforms: [["a"], ["b"]],
	});
	const source = await storeOf([...REGISTRY, ...images]);
	const target = new MemoryStore();
	await run(source, target, including("multi"));
	const content = await contentOf(target);
	for (const [key] of images) expect(content.has(key), key).toBe(true);
	await expectClosed(target, await contentOf(source));
});
