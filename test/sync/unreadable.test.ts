import { describe, expect, test } from "vitest";
import { parseDigest } from "../../src/layout/digest.ts";
import { blobKey, repositoryOf } from "../../src/layout/paths.ts";
import { StoreError } from "../../src/store/errors.ts";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { failure, unreadable } from "../support/faults.ts";
import {
	blob,
	type Content,
	contentOf,
	pushWrites,
	smallRegistry,
	storeOf,
} from "./content.ts";
import { expectClosed, expectContent, keysOf, run } from "./run.ts";
import { TemporaryIndex } from "./temporary-index.ts";

const REGISTRY = smallRegistry();
const [BASE] = blob("base");

/** Every directory of the registry: below some of them the pass cannot go on at all. */
const PREFIXES = [
	...new Set(
		[...REGISTRY.keys()].flatMap((key) =>
			[...key.matchAll(/\//g)].map(({ index }) => key.slice(0, index + 1)),
		),
	),
].sort();
const ESSENTIAL = PREFIXES.filter((prefix) =>
	/^docker\/(?:registry\/(?:v2\/(?:blobs\/|repositories\/)?|lockfiles\/)?)?$/.test(
		prefix,
	),
);

/** What has nothing to do with a range: blobs, and links of repositories that need nothing in it. */
function apartFrom(range: string): readonly string[] {
	const isInside = (key: string) => key.startsWith(range);
	const touched = new Set<string | undefined>();
	for (const [key, content] of REGISTRY) {
		const digest = parseDigest(content.toString());
		if (isInside(key) || (digest && isInside(blobKey(digest))))
			touched.add(repositoryOf(key));
	}
	touched.delete(undefined);
	return [...REGISTRY.keys()].filter(
		(key) => !isInside(key) && !touched.has(repositoryOf(key)),
	);
}

describe("sync › (I2) when nothing can be looked at below", () => {
	test.each(ESSENTIAL)("%s: stops, and writes nothing", async (range) => {
		const target = new MemoryStore();
		const source = unreadable(await storeOf(REGISTRY), range);
		await expect(run(source, target)).rejects.toBeInstanceOf(StoreError);
		await expectContent(target, new Map());
	});

	test.each(PREFIXES.filter((prefix) => !ESSENTIAL.includes(prefix)))(
		"%s: (I1) the target is closed, and has all that needs nothing there",
		async (range) => {
			const content = await storeOf(REGISTRY);
			const target = new MemoryStore();
			const { result } = await run(unreadable(content, range), target);
			await expectClosed(target, REGISTRY);
			const found = await contentOf(target);
			for (const key of apartFrom(range))
				expect(found.has(key), key).toBe(true);
			expect(result.unreadable).toBeGreaterThan(0);
			expect(result).toMatchObject({ failed: 0, isComplete: false });

			expect((await run(content, target)).result.isComplete).toBe(true);
			await expectContent(target, REGISTRY);
		},
	);
});

const APP = "docker/registry/v2/repositories/acme/app/";

test.each([
	`${APP}_manifests/`,
	`${APP}_manifests/tags/`,
	`${APP}_manifests/tags/v1/`,
	`${APP}_manifests/tags/v1/current/`,
	`${APP}_manifests/tags/v1/index/`,
	`${APP}_manifests/revisions/`,
	`${APP}_layers/`,
])("sync › %s is told once when it cannot be looked at", async (range) => {
	const source = unreadable(await storeOf(REGISTRY), range);
	const { result, events } = await run(source, new MemoryStore());
	const told = events.filter(({ type }) => type === "unreadable");
	expect(told).toMatchObject([{ prefix: range }]);
	expect(result.unreadable).toBe(1);
});

describe("sync › (I2) what is at the target already", () => {
	const NEW = pushWrites("acme/app", "v3", ["base", "one", "three"]);
	const AFTER: Content = new Map([...REGISTRY, ...NEW]);
	test("is in place, though the source's cannot be looked at: what needs it is written", async () => {
		for (const closed of [BASE, BASE.replace(/data$/, "")]) {
			const target = await storeOf(REGISTRY);
			const source = unreadable(await storeOf(AFTER), closed);
			const { result } = await run(source, target);
			expect(result).toMatchObject({ heldBack: 0, isComplete: false });
			await expectContent(target, AFTER);
		}
	});

	test("is never deleted, whatever cannot be read", async () => {
		for (const range of ESSENTIAL) {
			const target = await storeOf(REGISTRY);
			const source = unreadable(await storeOf(AFTER), range);
			await run(source, target).catch(() => {});
			const found = await contentOf(target);
			for (const key of REGISTRY.keys())
				expect(found.has(key), `${range}: ${key}`).toBe(true);
		}
	});

	test("counts as in trouble where its blob is gone and cannot be looked at: new tags wait", async () => {
		const source = await storeOf(AFTER);
		const target = await storeOf(REGISTRY);
		await target.delete([BASE]);
		const { result, events } = await run(unreadable(source, BASE), target);
		expect(result.heldBack).toBeGreaterThan(0);
		expect(keysOf(events, "copied")).not.toContain(NEW.at(-1)?.[0]);
	});

	test("counts as in trouble where its link cannot be read, so that what ranks higher waits", async () => {
		const link = NEW.find(([key]) => key.includes("/_layers/"))?.[0] ?? "";
		expect(REGISTRY.has(link)).toBe(true);
		const target = await storeOf(REGISTRY);
		const source = faulty(await storeOf(AFTER), {
			get: (key) => {
				if (key === link) throw failure("permission-denied", key);
			},
		});
		const { events } = await run(source, target);
		expect(keysOf(events, "held-back")).toContain(NEW.at(-1)?.[0]);
		await expectClosed(target, AFTER);
	});

	test("dangles without harm, though some other blob cannot be looked at", async () => {
		const [gone] = blob("three");
		const dangling = new Map(AFTER);
		dangling.delete(gone);
		const target = await storeOf(dangling);
		const more = pushWrites("acme/app", "v4", ["base"]);
		const [elsewhere] = blob("elsewhere");
		const source = unreadable(
			await storeOf([...dangling, ...more, [elsewhere, Buffer.from("?")]]),
			elsewhere,
		);
		const { result } = await run(source, target);
		expect(result).toMatchObject({ unreadable: 1, heldBack: 0 });
	});
});

test.each([
	[`${APP}_uploads/0a/data`, `${APP}_uploads/`],
	[`${APP}_uploads/0a/data`, `${APP}_uploads/0a/data`],
	[`${BASE}.0a0a.tmp`, `${BASE}.0a0a.tmp`],
	[BASE.replace(/data$/, "stray"), BASE.replace(/data$/, "stray")],
])(
	"sync › %s is of no concern, also when %s cannot be looked at",
	async (key, closed) => {
		const source = await storeOf([...REGISTRY, [key, Buffer.from("half")]]);
		const { result } = await run(unreadable(source, closed), new MemoryStore());
		expect(result).toMatchObject({ unreadable: 0, isComplete: true });
		expect(result.copied.objects).toBe(REGISTRY.size);
	},
);

describe("sync › what lies where nothing can be looked at, and was seen before,", () => {
	const inside = PREFIXES.filter((prefix) => !ESSENTIAL.includes(prefix));

	test.each(inside)(
		"is not taken for what only the target has (I2): %s",
		async (prefix) => {
			using index = new TemporaryIndex();
			const options = { indexPath: index.path };
			const source = await storeOf(REGISTRY);
			const target = new MemoryStore();
			await run(source, target, options);
			const { result } = await run(unreadable(source, prefix), target, options);
			expect(result).toMatchObject({ extra: 0, copied: { objects: 0 } });
			const { result: next } = await run(source, target, options);
			expect(next).toMatchObject({ isComplete: true, copied: { objects: 0 } });
		},
	);
});
