import {
	appendFileSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { formatDigest } from "../../src/layout/digest.ts";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import { formatKey } from "../../src/layout/paths.ts";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { compareDeletes } from "../../src/sync/delete-plan-order.ts";
import { WrittenPlan } from "../../src/sync/delete-plan-reader.ts";
import { parseSpelled, spelled } from "../../src/sync/delete-plan-text.ts";
import { writePlan } from "../../src/sync/delete-plan-writer.ts";
import { failure } from "../support/faults.ts";
import { traced, writesOf } from "../support/trace.ts";
import {
	contentOf,
	imageWrites,
	pushWrites,
	putAll,
	smallRegistry,
	storeOf,
	type Write,
} from "./content.ts";
import { HeapWatch } from "./heap.ts";
import { expectContent, keysOf, run } from "./run.ts";

const REGISTRY = smallRegistry();
const GONE = pushWrites("acme/gone", "v1", ["base", "gone"]).filter(
	([key]) => !REGISTRY.has(key),
);
const LATER = pushWrites("acme/later", "v1", ["base", "later"]).filter(
	([key]) => !REGISTRY.has(key),
);
const keys = (writes: readonly Write[]) => writes.map(([key]) => key);

function planPath(): string {
	const folder = mkdtempSync(join(tmpdir(), "regmigrate-plan-"));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	mkdirSync(join(folder, "plans"));
	return join(folder, "plans/plan");
}

const approve = () => {
	throw new Error("it was approved before");
};

/** How a pass deletes that makes a plan, or keeps to one; its index lies beside the plan. */
function by(path: string, maxObjects?: number) {
	const deletes = { approve, planPath: path, maxObjects };
	return { indexPath: indexBeside(path), deletes };
}

function indexBeside(path: string): string {
	return join(path, "../../state/index");
}

/** A source, a target that has all that ever was in it, and the plan for what is gone. */
async function planned() {
	const source = await storeOf([...REGISTRY, ...GONE, ...LATER]);
	const target = new MemoryStore();
	const path = planPath();
	await run(source, target, { indexPath: indexBeside(path) });
	await source.delete(keys(GONE));
	const { result, events } = await run(source, target, {
		...by(path),
		isDryRun: true,
	});
	return { source, target, path, result, events };
}

describe("a delete plan", () => {
	test("is written by a dry run, in the order of deletion, for its owner alone, and is what the pass then does", async () => {
		const { source, target, path, result, events } = await planned();
		expect(statSync(path).mode & 0o777).toBe(0o600);
		using plan = new WrittenPlan(path);
		expect(plan.header).toMatchObject({
			source: source.identity,
			target: target.identity,
			claim: { pass: 1 },
			objects: GONE.length,
			tags: 1,
			targetTags: 8,
			namedBlobs: 0,
		});
		expect([...plan.keys()]).toEqual(keysOf(events, "deleted"));
		expect(result.deletePlan).toMatchObject({
			objects: GONE.length,
			tags: 1,
			beyondPlan: 0,
		});
		const real = await run(source, target, by(path));
		expect(keysOf(real.events, "deleted")).toEqual([...plan.keys()]);
		await expectContent(target, await contentOf(source));
	});

	test("does not hold for blobs that manifests of the source have come to need since, and that it has lost", async () => {
		const { source, target, path } = await planned();
		const { digest } = imageWrites("acme/gone", ["base", "gone"]);
		const repository = "acme/app";
		const link = formatKey({ kind: "revision", repository, digest });
		await source.put(link, Buffer.from(formatDigest(digest)));
		const before = await contentOf(target);
		await expect(run(source, target, by(path))).rejects.toMatchObject({
			code: "lost-blobs",
			message: expect.stringContaining(formatDigest(digest)),
		});
		await expectContent(target, before);
		const { result } = await run(source, target, by(path, 0));
		expect(result.deleted.objects).toBe(GONE.length);
	});

	test("holds after passes that copied", async () => {
		const { source, target, path } = await planned();
		await putAll(source, pushWrites("acme/new", "v1", ["new"]));
		await run(source, target, { indexPath: indexBeside(path) });
		const { result } = await run(source, target, by(path));
		expect(result.deleted.objects).toBe(GONE.length);
	});

	test("may be empty", async () => {
		const { source, target, path } = await planned();
		await run(source, target, by(path));
		await run(source, target, { ...by(path), isDryRun: true });
		using plan = new WrittenPlan(path);
		expect(plan.header.objects).toBe(0);
		await run(source, target, by(path));
		await source.delete(keys(LATER));
		await expect(run(source, target, by(path))).rejects.toMatchObject({
			code: "beyond-delete-plan",
		});
	});

	test("leaves what was pushed again", async () => {
		const { source, target, path } = await planned();
		await putAll(source, GONE.slice(0, 2));
		const { result } = await run(source, target, by(path));
		expect(result.deletePlan).toMatchObject({
			pushedAgain: 2,
			beyondPlan: 0,
			objects: GONE.length - 2,
		});
		await expectContent(target, await contentOf(source));
	});

	test("does not replace the one before when not all of the source could be read (I2)", async () => {
		const { source, target, path } = await planned();
		const before = readFileSync(path);
		const broken = faulty(source, {
			list: (prefix) => {
				if (prefix.includes("/solo/_layers/"))
					throw failure("permission-denied", prefix, source.url);
			},
		});
		const dry = { ...by(path), isDryRun: true };
		const { result } = await run(broken, target, dry);
		expect(result).toMatchObject({ unreadable: 1, isComplete: false });
		expect(result.deletePlan).toBeUndefined();
		expect(readFileSync(path)).toEqual(before);
	});
});

describe("a pass by a delete plan", () => {
	test("refuses to delete anything else, and changes nothing; a number of others can be allowed", async () => {
		const { source, target, path } = await planned();
		await source.delete(keys(LATER));
		await putAll(source, pushWrites("acme/new", "v1", ["new"]));
		const { store, calls } = traced(target);
		for (const allowed of [undefined, LATER.length - 1])
			await expect(run(source, store, by(path, allowed))).rejects.toMatchObject(
				{
					code: "beyond-delete-plan",
					message: expect.stringContaining(
						`There are ${LATER.length} objects to be deleted at ${target.url} that the plan ${path} does not have: docker/registry/v2/repositories/acme/later/_manifests/tags/v1/current/link, `,
					),
					suggestions: [
						expect.stringContaining("--dry-run"),
						expect.stringContaining(`--max-delete ${LATER.length}.`),
					],
				},
			);
		expect(writesOf(calls)).toEqual([]);
		const { result } = await run(source, store, by(path, LATER.length));
		expect(result.deletePlan).toMatchObject({
			beyondPlan: LATER.length,
			objects: GONE.length + LATER.length,
		});
		await expectContent(target, await contentOf(source));
	});

	test.each([
		[
			"is of another source",
			async (source: MemoryStore) => {
				const other = new MemoryStore("another");
				await putAll(other, await contentOf(source));
				return { source: other };
			},
		],
		[
			"is of another target",
			async (_source: MemoryStore, target: MemoryStore) => {
				const other = new MemoryStore("another");
				await putAll(other, await contentOf(target));
				await other.put(MARKER_KEY, await bytesOf(target, MARKER_KEY));
				return { target: other };
			},
		],
		[
			"is of a target that was emptied and filled anew",
			async (source: MemoryStore, target: MemoryStore) => {
				await target.delete([MARKER_KEY]);
				await run(source, target);
			},
		],
		[
			"was made before the target had a marker",
			async (_source: MemoryStore, target: MemoryStore) => {
				await target.delete([MARKER_KEY]);
			},
		],
		[
			"was made after the state that the target was put back to",
			async (_source: MemoryStore, target: MemoryStore) => {
				const marker = JSON.parse(
					Buffer.from(await bytesOf(target, MARKER_KEY)).toString(),
				);
				const before = JSON.stringify({ ...marker, pass: 0 });
				await target.put(MARKER_KEY, Buffer.from(before));
			},
		],
	])("refuses one that %s", async (_what, change) => {
		const { path, ...both } = await planned();
		const changed = await change(both.source, both.target);
		const { source, target } = { ...both, ...changed };
		const { store, calls } = traced(target);
		await expect(run(source, store, by(path))).rejects.toMatchObject({
			code: "another-delete-plan",
		});
		expect(writesOf(calls)).toEqual([]);
	});

	test.each<[string, (path: string) => void]>([
		["is not there", (path) => rmSync(path)],
		["is a directory", (path) => replaced(path, () => mkdirSync(path))],
		["is another file", (path) => writeFileSync(path, "precious\n")],
		["is empty", (path) => truncateSync(path, 0)],
		["lost its last line", (path) => truncateSync(path, endOf(path))],
		["lost its last byte", (path) => truncateSync(path, sizeOf(path) - 2)],
		["was cut off within a key", (path) => truncateSync(path, endOf(path) - 9)],
		["was cut off in its header", (path) => truncateSync(path, 60)],
		["has a key more", (path) => edit(path, /\n(?=docker)/, "\ndocker/a\n")],
		["has a key less", (path) => edit(path, /\ndocker.*(?=\n#)/, "")],
		["has another number", (path) => edit(path, /objects: \d+/, "objects: 1")],
		["goes on after its end", (path) => appendFileSync(path, "docker/x\n")],
		["has a line without end", (path) => edit(path, /$/, "x".repeat(1e6))],
	])("refuses one that %s", async (_what, damage) => {
		const { source, target, path } = await planned();
		damage(path);
		const { store, calls } = traced(target);
		await expect(run(source, store, by(path))).rejects.toMatchObject({
			code: "unusable-plan",
			suggestions: [expect.stringContaining("--dry-run")],
		});
		expect(writesOf(calls)).toEqual([]);
	});
});

describe("a delete plan is not made", () => {
	test("of more than half of the target's tags, unless a number is allowed", async () => {
		const source = await storeOf(pushWrites("solo", "v1", []));
		const target = await storeOf(REGISTRY);
		const path = planPath();
		const dry = { ...by(path), isDryRun: true };
		await expect(run(source, target, dry)).rejects.toMatchObject({
			code: "too-many-deletes",
		});
		expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
		const few = { ...by(path, 3), isDryRun: true };
		await expect(run(source, target, few)).rejects.toMatchObject({
			code: "too-many-deletes",
		});
		await run(source, target, { ...by(path, 1000), isDryRun: true });
		await run(source, target, by(path));
		await expectContent(target, await contentOf(source));
	});

	test.each<[string, (path: string) => void]>([
		["another file", (path) => writeFileSync(path, "precious\n")],
		["a symbolic link", (path) => symlinkSync("elsewhere", path)],
		["a directory", (path) => replaced(path, () => mkdirSync(path))],
		[
			"no directory for it",
			(path) => rmSync(join(path, ".."), { recursive: true }),
		],
	])("where there is %s", async (what, make) => {
		const { source, target, path } = await planned();
		rmSync(path);
		make(path);
		const dry = { ...by(path), isDryRun: true };
		const refused = run(source, target, dry);
		await expect(refused).rejects.toMatchObject({
			code: "unusable-plan",
			message: expect.stringContaining("cannot be written"),
		});
		if (what === "another file")
			expect(readFileSync(path, "utf8")).toBe("precious\n");
	});

	test("in the source or the target (I3)", async () => {
		const path = planPath();
		const folder = join(path, "..");
		const inside = Object.assign(await storeOf(REGISTRY), {
			identity: `file://${folder}/`,
		});
		const dry = { ...by(path), isDryRun: true };
		for (const [source, target] of [
			[inside, new MemoryStore()],
			[await storeOf(REGISTRY), inside],
		] as const)
			await expect(run(source, target, dry)).rejects.toMatchObject({
				code: "unusable-plan",
				message: expect.stringContaining("lies in the source or the target"),
			});
	});
});

describe("what is deleted", () => {
	test("is within the plan and what is allowed besides (property)", async () => {
		const subset = fc.subarray([...GONE, ...LATER]);
		await fc.assert(
			fc.asyncProperty(
				subset,
				subset,
				fc.nat({ max: GONE.length + LATER.length }),
				async (before, after, allowed) => {
					const path = planPath();
					const source = await storeOf([...REGISTRY, ...GONE, ...LATER]);
					const target = new MemoryStore();
					await run(source, target, { indexPath: indexBeside(path) });
					await source.delete(keys(before));
					const dry = { ...by(path, 1000), isDryRun: true };
					await run(source, target, dry);
					await putAll(source, before);
					await source.delete(keys(after));
					const plan = new Set(keys(before));
					const beyond = keys(after).filter((key) => !plan.has(key));
					const done = await run(source, target, by(path, allowed)).catch(
						() => undefined,
					);
					const deleted = keysOf(done?.events ?? [], "deleted");
					expect(deleted.filter((key) => !plan.has(key)).length).toBe(
						beyond.length <= allowed ? beyond.length : 0,
					);
					expect(new Set(deleted)).toEqual(
						new Set(beyond.length <= allowed ? keys(after) : []),
					);
				},
			),
			{ numRuns: 30 },
		);
	});
});

describe("a delete plan's text", () => {
	test("holds any key on a line (property)", () => {
		fc.assert(
			fc.property(
				fc
					.string({ unit: "grapheme", minLength: 1 })
					.filter((text) => text.isWellFormed()),
				(key) => {
					const line = spelled(key);
					expect(line).not.toMatch(/[\n\r\u2028]/);
					expect(parseSpelled(line)).toBe(key);
				},
			),
		);
		for (const key of ['"', "#a", "a\nb", "a\u2028b", "\u{e0001}", '\n"\\'])
			expect(parseSpelled(spelled(key))).toBe(key);
	});

	test("is not held in memory (I8)", () => {
		const path = planPath();
		const counts = { objects: 300_000, bytes: 0, tags: 0, targetTags: 0 };
		const header = { links: 0, blobs: 0, namedBlobs: 0, claim: undefined };
		const about = { source: "a/", target: "b/", madeAt: new Date().toJSON() };
		function* many() {
			for (let index = 0; index < counts.objects; index++)
				yield `docker/registry/v2/repositories/${"x".repeat(100)}/${String(index).padStart(9, "0")}`;
		}
		const heap = new HeapWatch();
		writePlan(path, { ...counts, ...header, ...about }, many());
		using plan = new WrittenPlan(path);
		let index = 0;
		for (const _key of plan.keys()) if (index++ % 100_000 === 0) heap.look();
		expect(index).toBe(counts.objects);
		expect(heap.mostMiB).toBeLessThan(4);
	});

	test("is in an order that goes from tags to blobs", () => {
		const tag = formatKey({ kind: "current", repository: "z", tag: "v" });
		const blob = "docker/registry/v2/blobs/sha256/00/00/data";
		expect(
			["docker/registry/v2/blobs/x", blob, tag].sort(compareDeletes)[0],
		).toBe(tag);
	});
});

async function bytesOf(store: MemoryStore, key: string): Promise<Uint8Array> {
	await using reader = await store.get(key);
	return await reader.bytes(1e6);
}

function replaced(path: string, make: () => unknown): void {
	rmSync(path, { force: true });
	make();
}

function sizeOf(path: string): number {
	return statSync(path).size;
}

/** Where the last line of a plan begins. */
function endOf(path: string): number {
	return readFileSync(path, "latin1").lastIndexOf("\n#") + 1;
}

function edit(path: string, what: RegExp, by: string): void {
	writeFileSync(path, readFileSync(path, "utf8").replace(what, by));
}
