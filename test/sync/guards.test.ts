import { describe, expect, test } from "vitest";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import { BLOBS_PREFIX } from "../../src/layout/paths.ts";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { mark, readMarker } from "../../src/sync/marker.ts";
import type { SyncOptions } from "../../src/sync/pass.ts";
import { SyncRefusal } from "../../src/sync/refusal.ts";
import { failure, unreadable } from "../support/faults.ts";
import { traced, writesOf } from "../support/trace.ts";
import {
	type Content,
	LOCK,
	pushWrites,
	putAll,
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
const NOTE = Buffer.from("note");
const BACKUP: Write = ["backup/2024.tar", Buffer.from("backup")];

/** A pass that must be refused; it must not have written anything. */
async function refusalOf(
	source: ObjectStore,
	target: ObjectStore,
	options: SyncOptions = {},
): Promise<SyncRefusal> {
	const tracedTarget = traced(target);
	const error = await run(source, tracedTarget.store, {
		isTargetNotEmpty: false,
		...options,
	}).then(
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

describe("sync › refuses (I3) a target that is the source by another name, as a bind mount is, and leaves it as it was:", () => {
	const aliasOf = (store: ObjectStore): ObjectStore => ({
		...faulty(store, {}),
		identity: "memory://alias/",
		url: "memory://alias",
	});

	test("a registry", async () => {
		const source = await storeOf([...REGISTRY, BACKUP]);
		await expect(run(source, aliasOf(source))).rejects.toMatchObject({
			code: "same-place",
			message: expect.stringContaining("memory://alias"),
		});
		await expectContent(source, new Map([...REGISTRY, BACKUP]));
		expect(await source.head(MARKER_KEY)).toBeUndefined();
	});

	test("a registry that was itself filled from another one", async () => {
		const source = new MemoryStore();
		await run(await storeOf(REGISTRY), source);
		const before = await readMarker(source, undefined);
		await expect(run(source, aliasOf(source))).rejects.toMatchObject({
			code: "same-place",
		});
		expect(await readMarker(source, undefined)).toEqual(before);
		await expectContent(source, REGISTRY);
	});

	test("but not one whose source may be read no further than its registry", async () => {
		const source = faulty(await storeOf(REGISTRY), {
			get: (key) => {
				if (key === MARKER_KEY) throw failure("permission-denied", key);
			},
		});
		const { result } = await run(source, new MemoryStore());
		expect(result.isComplete).toBe(true);
	});
});

describe("sync › refuses, and writes nothing: a target", () => {
	test("that holds something else", async () => {
		const target = await storeOf([BACKUP, ["notes", NOTE]], "wrong");
		const refusal = await refusalOf(await storeOf(REGISTRY), target);
		expect(refusal.code).toBe("foreign-target");
		expect(refusal.message).toContain('"notes", and 1 other name at its top');
	});

	test("(I2) of which nothing can be seen, though something is there", async () => {
		const target = unreadable(await storeOf([BACKUP]), "backup/");
		const refusal = await refusalOf(await storeOf(REGISTRY), target);
		expect(refusal.code).toBe("foreign-target");
	});

	test.each([
		["another registry", ANOTHER],
		["the same registry, as another tool copied it", REGISTRY],
		["no more yet than a lock file", new Map([LOCK])],
	])("that holds %s, which no pass has put there", async (_, present) => {
		const refusal = await refusalOf(
			await storeOf(REGISTRY),
			await storeOf(present, "used"),
		);
		expect(refusal.code).toBe("unmarked-registry");
		expect(refusal.message).toContain("memory://used holds a registry");
	});

	test("that is a source: the wrong way round", async () => {
		const source = await storeOf(REGISTRY);
		const target = new MemoryStore();
		await run(source, target, { isTargetNotEmpty: false });
		const refusal = await refusalOf(target, source);
		expect(refusal.code).toBe("unmarked-registry");
	});

	test("that is filled from another source", async () => {
		const target = new MemoryStore();
		await run(await storeOf(ANOTHER, "first"), target);
		const refusal = await refusalOf(await storeOf(REGISTRY), target);
		expect(refusal.code).toBe("another-registry");
		expect(refusal.message).toContain("memory://first");
	});

	test("that has nothing in common with what lies at its source now", async () => {
		const source = await storeOf(ANOTHER);
		const target = new MemoryStore("filled");
		await run(source, target);
		await source.delete([...ANOTHER.keys()]);
		await putAll(source, REGISTRY);
		const refusal = await refusalOf(source, target);
		expect(refusal.code).toBe("another-registry");
		expect(refusal.message).toContain(
			`none of its ${ANOTHER.size - 1} objects`,
		);
	});

	test("(I2) whose marker cannot be looked at", async () => {
		const target = faulty(new MemoryStore(), {
			get: (key) => {
				if (key === MARKER_KEY) throw failure("permission-denied", key);
			},
		});
		await expect(
			run(await storeOf(REGISTRY), target, { isTargetNotEmpty: false }),
		).rejects.toMatchObject({ code: "permission-denied" });
	});

	test.each([
		"",
		"{}",
		"[]",
		"null",
		'{"source": 7}',
		"no JSON",
		"x".repeat(20_000),
	])("that has something else under the marker's name: %j", async (text) => {
		const target = await storeOf([[MARKER_KEY, Buffer.from(text)]]);
		const refusal = await refusalOf(await storeOf(REGISTRY), target);
		expect(refusal.code).toBe("foreign-target");
	});

	test("but not one that a pass has marked, whatever it has come to", async () => {
		const source = await storeOf(REGISTRY);
		const target = new MemoryStore();
		await mark(
			target,
			{
				source: source.identity,
				claim: { nonce: "n", pass: 1 },
				writer: undefined,
				isUnproven: false,
				isSnapshot: false,
				partial: undefined,
			},
			undefined,
		);
		const { result } = await run(source, target, { isTargetNotEmpty: false });
		expect(result.isComplete).toBe(true);
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
});
