import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { catchUp } from "../../../src/cutover/before/catch-up.ts";
import {
	DELETE_MARGIN,
	marginFor,
} from "../../../src/cutover/before/planned-deletes.ts";
import type { DatabaseRecord } from "../../../src/cutover/course/journal-record.ts";
import { Delta } from "../../../src/cutover/delta.ts";
import { finalPass, type PassWorld } from "../../../src/cutover/passes.ts";
import { CUTOVER } from "../../../src/cutover/steps.ts";
import type { WorldEvent } from "../../../src/cutover/world.ts";
import { blobKey } from "../../../src/layout/paths.ts";
import { MemoryStore } from "../../../src/store/memory.ts";
import type { ObjectStore } from "../../../src/store/object-store.ts";
import {
	blob,
	contentOf,
	pushWrites,
	putAll,
	smallRegistry,
	storeOf,
	type Write,
} from "../../sync/content.ts";
import { altered, withMarker } from "../../verify/altered-stores.ts";

const REGISTRY = smallRegistry();
const TAG =
	"docker/registry/v2/repositories/acme/app/_manifests/tags/v1/current/link";

const OTHER_TAG = TAG.replace("/v1/", "/v2/");

/** A registry that is to be caught up with, and what is told of that. */
async function world(more: Partial<PassWorld> = {}) {
	const folder = mkdtempSync(join(tmpdir(), "regmigrate-catch-up-"));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	const events: WorldEvent[] = [];
	const made = {
		source: await storeOf(REGISTRY),
		target: new MemoryStore(),
		pass: { indexPath: join(folder, "index") },
		course: CUTOVER,
		database: { read: () => undefined },
		acceptsDamage: false,
		passWithinMs: 60_000,
		isVerifiedLive: true,
		maxDeletes: undefined,
		deletePlanPath: join(folder, "deletes"),
		observe: (event: WorldEvent) => void events.push(event),
	};
	const told = (type: WorldEvent["type"]) =>
		events.filter((event) => event.type === type);
	return { world: { ...made, ...more }, ...made, told };
}

/** Deletes from a store what a push has written, and nothing else needs. */
async function unpush(store: ObjectStore, writes: readonly Write[]) {
	await store.delete(
		writes.map(([key]) => key).filter((key) => !REGISTRY.has(key)),
	);
}

const GONE = pushWrites("acme/gone", "v1", ["base", "gone"]);

describe("catchUp", () => {
	test("compares all that there is, and leaves nothing in doubt where nothing moves", async () => {
		const { world: made, told } = await world();
		const { doubtful, deletes } = await catchUp(made, {});
		expect([...doubtful]).toEqual([]);
		expect(deletes).toBe(0);
		expect(told("verified")).toEqual([
			{ type: "verified", objects: REGISTRY.size, isWhole: true },
		]);
	});

	test("mends what the index does not know of: somebody has changed the target", async () => {
		const { world: made, target } = await world();
		await catchUp(made, {});
		const old = REGISTRY.get(TAG) ?? Buffer.of();
		// Behind the pages by which an index is tried.
		const key = [...REGISTRY.keys()].sort().at(-1) ?? "";
		await target.delete([key]);
		await target.put(TAG, Buffer.from(`sha256:${"0".repeat(64)}`));
		expect([...(await catchUp(made, {})).doubtful]).toEqual([]);
		await using reader = await target.get(TAG);
		expect(Buffer.from(await reader.bytes(100))).toEqual(old);
		expect(await target.head(key)).toBeDefined();
	});

	test("leaves a tag that moves all the time to be compared under read-only", async () => {
		const { world: made, source, target } = await world();
		const contents = [TAG, OTHER_TAG].map((key) => REGISTRY.get(key));
		// Whenever somebody looks, it has been moved to what the target has not got.
		const move = async () => {
			const has = (await contentOf(target)).get(TAG)?.toString();
			await new Promise((resolve) => setTimeout(resolve, 2));
			const other = contents.find((content) => `${content}` !== has);
			await source.put(TAG, other ?? Buffer.of());
		};
		const moving = altered(source, {
			async get(key, call) {
				if (key === TAG) await move();
				return await source.get(key, call);
			},
			async *list(options) {
				await move();
				yield* source.list(options);
			},
		});
		const { doubtful } = await catchUp({ ...made, source: moving }, {});
		expect([...doubtful]).toEqual([TAG]);
	});

	test("refuses, before any window, what no pass brings to the target", async () => {
		const { world: made, target } = await world();
		const bent = altered(target, {
			// It says that it has taken it.
			async put(key, body, options) {
				const meta = await target.put(key, body, options);
				if (key === TAG) await target.put(key, Buffer.from("?".repeat(71)));
				return meta;
			},
		});
		await expect(catchUp({ ...made, target: bent }, {})).rejects.toMatchObject({
			code: "refused",
			message: expect.stringMatching(
				/no pass mends that: 1 objects.*It is in use as before/,
			),
		});
	});

	test("refuses a directory marker at the target", async () => {
		const { world: made, target } = await world();
		const marker = "docker/registry/v2/repositories/acme/app/_manifests/tags/";
		await expect(
			catchUp({ ...made, target: withMarker(target, marker) }, {}),
		).rejects.toThrow(`marker: ${marker}`);
	});

	test("refuses links to blobs that manifests need and nobody has, but where the metadata are in a database", async () => {
		const { world: made, source } = await world();
		await source.delete([blob("one")[0]]);
		await expect(catchUp(made, {})).rejects.toThrow(
			"1 object is broken in the source",
		);
		const found: DatabaseRecord = {
			type: "database",
			nodes: [],
			acknowledged: "flag",
			acknowledgedBy: "root",
			at: "2026-01-01T00:00:00.000Z",
		};
		const other = await world({ database: { read: () => found } });
		await other.source.delete([blob("one")[0]]);
		await catchUp(other.world, {});
	});

	test("does without, where that is acknowledged", async () => {
		const { world: made, told } = await world({ isVerifiedLive: false });
		await catchUp(made, {});
		expect(told("verified")).toEqual([]);
		expect(told("acknowledged")).toMatchObject([{ flag: "--no-verify" }]);
	});

	test("writes down what is to be deleted, and names the repositories that lose most", async () => {
		const { world: made, source, told, deletePlanPath } = await world();
		await putAll(source, GONE);
		await catchUp(made, {});
		await unpush(source, GONE);
		await catchUp(made, {});
		const [, planned] = told("deletes-planned");
		expect(planned).toMatchObject({
			counts: { objects: 9, tags: 1 },
			path: deletePlanPath,
			largest: [{ repository: "acme/gone", objects: 6 }],
		});
		expect(readFileSync(deletePlanPath, "utf8")).toContain("acme/gone");
	});

	test("a collection that took a large share is refused by name of the flag, and goes on with it", async () => {
		const { world: made, source, deletePlanPath } = await world();
		const many = Array.from({ length: 8 }, (_, number) =>
			pushWrites(`acme/gone-${number}`, "v1", ["base", `gone ${number}`]),
		);
		for (const writes of many) await putAll(source, writes);
		await catchUp(made, {});
		// Untagged first, and collected then: no tag is lost.
		for (const writes of many.slice(0, 5)) await unpush(source, writes);
		await expect(catchUp(made, {})).rejects.toMatchObject({
			code: "refused",
			message: expect.stringMatching(/would be deleted at the target, \d+ %/),
			suggestions: expect.arrayContaining([
				expect.stringMatching(/--max-delete \d+/),
			]),
		});
		const size = Number(
			/# objects: (\d+)/.exec(readFileSync(deletePlanPath, "utf8"))?.[1],
		);
		await catchUp({ ...made, maxDeletes: size }, {});
		await expect(
			catchUp({ ...made, maxDeletes: size - 1 }, {}),
		).rejects.toMatchObject({ code: "refused" });
	});
});

describe("finalPass", () => {
	test("deletes what was planned, and what has come since", async () => {
		const { world: made, source, target } = await world();
		await putAll(source, GONE);
		await catchUp(made, {});
		await source.delete([TAG]);
		await unpush(source, GONE);
		const delta = new Delta(["doubted"]);
		await finalPass(made, delta, {});
		expect(await target.head(TAG)).toBeUndefined();
		expect([...delta.keys]).toContain("doubted");
		expect([...delta.keys]).toContain(TAG);
	});

	test("refuses to delete much that was not planned", async () => {
		const { world: made, source, target } = await world({ maxDeletes: 3 });
		await putAll(source, GONE);
		await catchUp(made, {});
		await unpush(source, GONE);
		await expect(finalPass(made, new Delta(), {})).rejects.toMatchObject({
			code: "beyond-delete-plan",
		});
		expect(await target.head(GONE.at(-1)?.[0] ?? "")).toBeDefined();
	});

	test("refuses to delete a blob that was lost since, and that a manifest needs", async () => {
		const { world: made, source, target } = await world();
		await catchUp(made, {});
		const [algorithm = "", hex = ""] = `${REGISTRY.get(TAG)}`.split(":");
		const lost = blobKey({ algorithm, hex });
		await source.delete([lost]);
		await expect(
			finalPass({ ...made, acceptsDamage: true }, new Delta(), {}),
		).rejects.toMatchObject({ code: "lost-blobs" });
		expect(await target.head(lost)).toBeDefined();
	});
});

describe("marginFor", () => {
	test.each([
		[0, undefined, DELETE_MARGIN],
		[5000, undefined, DELETE_MARGIN],
		[10, 15, 5],
		[10, 10, 0],
		[10, 5000, DELETE_MARGIN],
		[10, 5, 0],
	])(
		"of %d planned, where %s are allowed, it is %d",
		(planned, max, margin) => {
			expect(marginFor(planned, max)).toBe(margin);
		},
	);
});
