import { describe, expect, test } from "vitest";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import { LOCKS_PREFIX, REPOSITORIES_PREFIX } from "../../src/layout/paths.ts";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { mirrorLocks } from "../../src/sync/locks.ts";
import { failure, unreadable, unwritable } from "../support/faults.ts";
import { traced, writesOf } from "../support/trace.ts";
import { type Content, smallRegistry, storeOf, type Write } from "./content.ts";
import { expectContent, keysOf, run } from "./run.ts";

const FILESYSTEM = `${LOCKS_PREFIX}filesystem-in-use`;
const DATABASE = `${LOCKS_PREFIX}database-in-use`;
const VERSION_1 = Buffer.from('{"version":1}');
const VERSION_2 = Buffer.from('{"version":2}');

/** Something that makes a store hold a registry. */
const REST: Write = ["docker/registry/v2/blobs/x", Buffer.from("x")];

function locks(...keys: readonly string[]): Content {
	return new Map([REST, ...keys.map((key): Write => [key, VERSION_1])]);
}

async function mirror(source: ObjectStore, target: ObjectStore) {
	return await mirrorLocks(unwritable(source), target, undefined);
}

describe("mirrorLocks", () => {
	const sets = [[], [FILESYSTEM], [DATABASE], [DATABASE, FILESYSTEM]];
	const pairs = sets.flatMap((wanted) =>
		sets.map((present) => ({ wanted, present })),
	);

	test.each(pairs)(
		"makes $present at the target exactly the source's $wanted",
		async ({ wanted, present }) => {
			const target = await storeOf(locks(...present));
			const done = await mirror(await storeOf(locks(...wanted)), target);
			await expectContent(target, locks(...wanted));
			const missing = wanted.filter((key) => !present.includes(key));
			const stale = present.filter((key) => !wanted.includes(key));
			expect(done.copied).toEqual(missing.map((key) => ({ key, size: 13 })));
			expect(done.deleted).toEqual(stale);
		},
	);

	test("copies one whose content differs, of the same size too", async () => {
		const source = await storeOf([REST, [FILESYSTEM, VERSION_2]]);
		const target = await storeOf([REST, [FILESYSTEM, VERSION_1]]);
		await mirror(source, target);
		await expectContent(target, new Map([REST, [FILESYSTEM, VERSION_2]]));
	});

	test("writes nothing when nothing differs", async () => {
		const target = traced(await storeOf(locks(FILESYSTEM)));
		await mirror(await storeOf(locks(FILESYSTEM)), target.store);
		expect(writesOf(target.calls)).toEqual([]);
	});

	test("does not copy what is temporary, nor delete what is no lock file", async () => {
		const source = await storeOf([REST, [`${FILESYSTEM}.0a0a.tmp`, VERSION_1]]);
		const other: Write = [`${LOCKS_PREFIX}notes/today`, Buffer.from("notes")];
		const target = await storeOf([REST, other]);
		expect(await mirror(source, target)).toEqual({ copied: [], deleted: [] });
		await expectContent(target, new Map([REST, other]));
	});

	test("takes one that is gone since it was listed as absent", async () => {
		const content = await storeOf(locks(FILESYSTEM, DATABASE));
		const source = faulty(content, {
			get: (key) => (key === FILESYSTEM ? content.delete([key]) : undefined),
		});
		const target = await storeOf(locks(FILESYSTEM));
		await mirror(source, target);
		await expectContent(target, locks(DATABASE));
	});
});

describe("mirrorLocks › (I2) rejects, and neither writes nor deletes, when", () => {
	const refuse = (key: string) => {
		if (key.startsWith(LOCKS_PREFIX)) throw failure("permission-denied", key);
	};
	const cases: readonly [string, (source: ObjectStore) => ObjectStore][] = [
		[
			"the source's lock files cannot be listed",
			(source) => faulty(source, { list: refuse }),
		],
		[
			"they are reported as unreadable",
			(source) => unreadable(source, FILESYSTEM),
		],
		[
			"one of them cannot be opened",
			(source) => faulty(source, { get: refuse }),
		],
		[
			"one of them seems to be gone, but is there when it is asked for again",
			(source) =>
				faulty(source, {
					get: (key) => {
						throw failure("not-found", key);
					},
				}),
		],
	];

	test.each(cases)("%s", async (_, broken) => {
		const source = broken(await storeOf(locks(DATABASE, FILESYSTEM)));
		const target = traced(await storeOf(locks(`${LOCKS_PREFIX}stale`)));
		await expect(mirror(source, target.store)).rejects.toMatchObject({
			name: "StoreError",
		});
		expect(writesOf(target.calls)).toEqual([]);
	});

	test("the source has no registry any more: its mount went away", async () => {
		const target = traced(await storeOf(locks(FILESYSTEM)));
		await expect(mirror(new MemoryStore(), target.store)).rejects.toMatchObject(
			{ code: "unavailable" },
		);
		expect(writesOf(target.calls)).toEqual([]);
	});

	test("one of them is too large to be one", async () => {
		const source = await storeOf([REST, [FILESYSTEM, Buffer.alloc(70_000)]]);
		const target = traced(await storeOf(locks(DATABASE)));
		await expect(mirror(source, target.store)).rejects.toMatchObject({
			code: "unsupported",
			key: FILESYSTEM,
		});
		expect(writesOf(target.calls)).toEqual([]);
	});
});

test("mirrorLocks › rejects when a stale one cannot be deleted", async () => {
	const target = faulty(await storeOf(locks(FILESYSTEM)), {
		delete: ([key]) => {
			throw failure("permission-denied", key);
		},
	});
	await expect(mirror(await storeOf(locks()), target)).rejects.toMatchObject({
		code: "permission-denied",
	});
});

describe("sync › lock files", () => {
	const REGISTRY = smallRegistry();

	test("that change while the pass runs are mirrored again at its end", async () => {
		const source = await storeOf(REGISTRY);
		const target = new MemoryStore();
		// As GitLab's import into the metadata database does it.
		const importing = faulty(target, {
			put: async (key) => {
				if (!key.startsWith(REPOSITORIES_PREFIX)) return;
				await source.delete([FILESYSTEM]);
				await source.put(DATABASE, VERSION_1);
			},
		});
		const { result, events } = await run(source, importing);
		expect(result).toMatchObject({ isComplete: true, deletedLocks: 1 });
		expect(keysOf(events, "deleted")).toEqual([FILESYSTEM]);
		const copied = keysOf(events, "copied");
		expect([copied.at(0), copied.at(-1)]).toEqual([FILESYSTEM, DATABASE]);
		const expected = new Map(REGISTRY).set(DATABASE, VERSION_1);
		expected.delete(FILESYSTEM);
		await expectContent(target, expected);
	});

	test("are left alone at the end of a pass that gave up: the next one begins with them", async () => {
		const target = traced(
			faulty(new MemoryStore(), {
				put: (key) => {
					if (key !== MARKER_KEY && key !== FILESYSTEM)
						throw failure("unauthenticated", key);
				},
			}),
		);
		const { result } = await run(await storeOf(REGISTRY), target.store);
		expect(result.isStopped).toBe(true);
		const looks = target.calls.filter(({ key }) => key === LOCKS_PREFIX);
		expect(looks).toHaveLength(1);
	});
});
