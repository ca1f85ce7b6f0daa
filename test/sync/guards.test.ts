import { describe, expect, test } from "vitest";
import { BLOBS_PREFIX } from "../../src/layout/paths.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { SyncRefusal } from "../../src/sync/guards.ts";
import type { SyncOptions } from "../../src/sync/pass.ts";
import { faulty, unreadable } from "../support/faults.ts";
import { traced, writesOf } from "../support/trace.ts";
import {
	type Content,
	contentOf,
	LOCK,
	pushWrites,
	smallRegistry,
	storeOf,
	type Write,
} from "./content.ts";
import { expectContent, run } from "./run.ts";

const REGISTRY = smallRegistry();
const ANOTHER: Content = new Map([
	...pushWrites("other", "v9", ["else"]),
	LOCK,
]);
const BACKUP: Write = ["backup/2024.tar", Buffer.from("backup")];

/** A pass that must be refused; it must not have written anything. */
async function refusalOf(
	source: ObjectStore,
	target: ObjectStore,
	options: SyncOptions = {},
): Promise<SyncRefusal> {
	const tracedTarget = traced(target);
	const error = await run(source, tracedTarget.store, options).then(
		() => undefined,
		(reason: unknown) => reason,
	);
	expect(writesOf(tracedTarget.calls)).toEqual([]);
	if (error instanceof SyncRefusal) return error;
	throw new Error("it was not refused", { cause: error });
}

/** The same store at another place. */
function at(identity: string, store: ObjectStore): ObjectStore {
	return { ...faulty(store, {}), identity };
}

describe("sync › refuses, and writes nothing: (I3) one place", () => {
	test.each([
		["is the source", "s3://bucket/a/", "s3://bucket/a/"],
		["lies in the source", "s3://bucket/a/", "s3://bucket/a/copy/"],
		[
			"lies in the source, which is a whole bucket",
			"s3://bucket/",
			"s3://bucket/a/",
		],
		[
			"would be written where the source lies",
			"s3://bucket/docker/registry/v2/old/",
			"s3://bucket/",
		],
	])("a target that %s", async (_, from, to) => {
		const source = at(from, await storeOf(REGISTRY));
		const refusal = await refusalOf(source, at(to, new MemoryStore()));
		expect(refusal.code).toBe("same-place");
	});

	test.each([
		["lies beside the source", "s3://bucket/a/", "s3://bucket/ab/"],
		[
			"has the source in it, but not in its registry",
			"s3://bucket/a/",
			"s3://bucket/",
		],
	])("but not a target that %s", async (_, from, to) => {
		const source = at(from, await storeOf(REGISTRY));
		const { result } = await run(source, at(to, new MemoryStore()));
		expect(result.isComplete).toBe(true);
	});
});

describe("sync › refuses, and writes nothing: a source", () => {
	test("that is empty", async () => {
		const refusal = await refusalOf(
			await storeOf([], "empty"),
			await storeOf(REGISTRY),
		);
		expect(refusal.code).toBe("no-registry");
		expect(refusal.message).toContain("memory://empty");
		expect(refusal.suggestions).toHaveLength(1);
	});

	test.each([
		["the docker directory", /^docker\//, "", "You named the docker directory"],
		[
			"docker/registry",
			/^docker\/registry\//,
			"",
			"You named docker/registry:",
		],
		[
			"docker/registry/v2",
			/^docker\/registry\/v2\//,
			"",
			"You named docker/registry/v2",
		],
		["the directory above", /^/, "registry/", "in its directory registry"],
	])("named as %s, with advice", async (_, prefix, replacement, advice) => {
		const moved = [...REGISTRY]
			.filter(([key]) => prefix.test(key))
			.map(([key, bytes]): Write => [key.replace(prefix, replacement), bytes]);
		const refusal = await refusalOf(await storeOf(moved), new MemoryStore());
		expect(refusal.code).toBe("no-registry");
		expect(refusal.suggestions[0]).toContain(advice);
	});

	test("(I2) that went away while it was read", async () => {
		const content = await storeOf(REGISTRY);
		const source = faulty(content, {
			list: (prefix) =>
				prefix === BLOBS_PREFIX
					? content.delete([...REGISTRY.keys()])
					: undefined,
		});
		const refusal = await refusalOf(source, new MemoryStore());
		expect(refusal.code).toBe("no-registry");
	});

	test("(I2) that has tags and not one blob: they lie on another disk", async () => {
		const links = [...REGISTRY].filter(([key]) => !key.endsWith("/data"));
		const refusal = await refusalOf(await storeOf(links), new MemoryStore());
		expect(refusal.code).toBe("no-blobs");
		expect(refusal.message).toContain("has 6 tags and not one blob");
	});

	test.each(["docker/", "docker/registry/v2/", "docker/registry/v2/blobs/"])(
		"(I2) but not one of which %s cannot be looked at: it is not empty, and the pass says why it stops",
		async (closed) => {
			const source = unreadable(await storeOf(REGISTRY), closed);
			const target = new MemoryStore();
			await expect(run(source, target)).rejects.toMatchObject({
				code: "permission-denied",
			});
			await expectContent(target, new Map());
		},
	);
});

describe("sync › refuses, and writes nothing: a target", () => {
	test("that holds something else", async () => {
		const target = await storeOf([BACKUP], "wrong");
		const refusal = await refusalOf(await storeOf(REGISTRY), target);
		expect(refusal.code).toBe("foreign-target");
		expect(refusal.message).toContain('"backup/" (1 names at its top)');
	});

	test("(I2) of which nothing can be seen, though something is there", async () => {
		const target = unreadable(await storeOf([BACKUP]), "backup/");
		const refusal = await refusalOf(await storeOf(REGISTRY), target);
		expect(refusal.code).toBe("foreign-target");
	});

	test("that holds another registry, though both have a lock file", async () => {
		const target = await storeOf(ANOTHER, "other");
		const refusal = await refusalOf(await storeOf(REGISTRY), target);
		expect(refusal.code).toBe("another-registry");
		expect(refusal.message).toContain(
			`none of its ${ANOTHER.size - 1} objects`,
		);
	});

	test.each([
		["something else", new Map([BACKUP])],
		["another registry", ANOTHER],
	])(
		"but not one with %s when that is said to be right: it stays",
		async (_, present) => {
			const target = await storeOf(present);
			const options = { isTargetNotEmpty: true };
			const { result } = await run(await storeOf(REGISTRY), target, options);
			expect(result.isComplete).toBe(true);
			await expectContent(target, new Map([...present, ...REGISTRY]));
		},
	);

	test("but not one that has a single object of the source", async () => {
		const [shared] = REGISTRY;
		if (shared === undefined) throw new Error("the registry is empty");
		const target = await storeOf([...ANOTHER, shared, BACKUP]);
		const { result } = await run(await storeOf(REGISTRY), target);
		expect(result.isComplete).toBe(true);
		const all = new Map([...ANOTHER, ...REGISTRY, BACKUP]);
		expect((await contentOf(target)).size).toBe(all.size);
	});

	test("but not one that has no more yet than a lock file and a half-finished push", async () => {
		const uploads = "docker/registry/v2/repositories/other/_uploads/";
		const { result } = await run(
			await storeOf(REGISTRY),
			await storeOf([LOCK, [`${uploads}0a/data`, Buffer.from("half")]]),
		);
		expect(result.isComplete).toBe(true);
	});
});
