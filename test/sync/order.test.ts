import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SAMPLE_EXTRAS } from "../../scripts/sample-registry/options.ts";
import { writeSampleRegistry } from "../../scripts/sample-registry/sample-registry.ts";
import { parseDigest } from "../../src/layout/digest.ts";
import { exclusionOf } from "../../src/layout/exclusion.ts";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import { COPY_ORDER, copyRank } from "../../src/layout/order.ts";
import { blobKey, kindOf, LOCKS_PREFIX } from "../../src/layout/paths.ts";
import { FilesystemStore } from "../../src/store/filesystem/filesystem-store.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import type { SyncResult } from "../../src/sync/events.ts";
import { sync } from "../../src/sync/pass.ts";
import { type TracedCall, traced, writesOf } from "../support/trace.ts";
import { type Content, contentOf, LOCK } from "./content.ts";
import { CountingStore } from "./counting.ts";
import { HeapWatch } from "./heap.ts";
import { memoryDirectory } from "./memory-directory.ts";
import { run } from "./run.ts";

const OPTIONS = { concurrency: 32 };

/** Names, sizes, time stamps and inodes of all that is in a store. */
async function fingerprint(store: ObjectStore): Promise<string> {
	const hash = createHash("sha256");
	for await (const { objects } of store.list({ prefix: "" }))
		for (const { key } of objects) {
			// A listing does not tell the versions of what has just been written.
			const version = (await store.head(key))?.version;
			hash.update(`${key} ${version}\n`);
		}
	return hash.digest("hex");
}

describe("sync › 400 repositories of 8 tags, with all that lies about in a registry", () => {
	let root: string;
	let source: FilesystemStore;
	let files: number;
	let before: string;
	let result: SyncResult;
	let calls: readonly TracedCall[];
	let marking: TracedCall | undefined;
	let writes: readonly TracedCall[];
	let unmarking: TracedCall | undefined;
	let puts: ReadonlyMap<string, TracedCall>;
	let content: Content;

	beforeAll(async () => {
		root = memoryDirectory("order");
		files = writeSampleRegistry(root, { extras: SAMPLE_EXTRAS }).files;
		source = new FilesystemStore(root);
		before = await fingerprint(source);
		const memory = new MemoryStore();
		const target = traced(memory);
		({ result } = await run(source, target.store, OPTIONS));
		content = await contentOf(memory);
		calls = target.calls;
		const [first, ...others] = writesOf(calls);
		marking = first;
		writes = others.slice(0, -1);
		unmarking = others.at(-1);
		// The corrupt blob is refused, twice.
		const done = writes.filter(({ ended }) => ended < Infinity);
		puts = new Map(done.map((call) => [call.key, call]));
	}, 120_000);

	afterAll(() => rmSync(root, { recursive: true }));

	test("copies every object once, all but the upload, what is temporary, and what is broken", () => {
		expect(files).toBeGreaterThan(35_000);
		// An upload of three files, two temporary ones; a corrupt blob, an empty link.
		expect(result.copied.objects).toBe(files - 5 - 2);
		expect(puts.size).toBe(result.copied.objects);
		expect(writes).toHaveLength(puts.size + 2);
		expect(result.damage).toEqual({ corrupt: 1, malformed: 1, dangling: 0 });
		expect(result.leftovers).toBe(1);
		expect(result).toMatchObject({ failed: 0, heldBack: 0, unreadable: 0 });
	});

	test("(I1) no write of a rank begins before every write of the ranks below it has ended", () => {
		const spans = COPY_ORDER.map((rank) => {
			const ofRank = [...puts.values()].filter(
				({ key }) => copyRank(kindOf(key)) === rank,
			);
			return {
				began: Math.min(...ofRank.map((call) => call.began)),
				ended: Math.max(...ofRank.map((call) => call.ended)),
				count: ofRank.length,
			};
		});
		expect(spans.every(({ count }) => count > 0)).toBe(true);
		for (const [rank, span] of spans.entries()) {
			const next = spans[rank + 1];
			if (next !== undefined) expect(span.ended).toBeLessThan(next.began);
		}
	});

	test("(I1) every link's blob is in place when the link's write begins", () => {
		const early: string[] = [];
		const dangling: string[] = [];
		for (const { key, began } of puts.values()) {
			if (copyRank(kindOf(key)) < copyRank("layer")) continue;
			const digest = parseDigest(content.get(key)?.toString() ?? "");
			const blob = digest && puts.get(blobKey(digest));
			if (blob === undefined) dangling.push(key);
			else if (blob.ended > began) early.push(key);
		}
		expect(early).toEqual([]);
		// The link to the corrupt blob, and the one whose blob the source lacks.
		expect(dangling).toHaveLength(2);
	});

	test("the target is marked before anything else is written, and again when all is", () => {
		expect(marking?.key).toBe(MARKER_KEY);
		expect(marking?.ended).toBeLessThan(writes[0]?.began ?? 0);
		expect(unmarking?.key).toBe(MARKER_KEY);
		expect(unmarking?.began).toBeGreaterThan(writes.at(-1)?.ended ?? Infinity);
	});

	test("lock files are mirrored before anything else is written, and looked at again when all is", () => {
		expect(writes[0]?.key).toBe(LOCK[0]);
		const looks = calls.filter(
			({ operation, key }) => operation === "list" && key === LOCKS_PREFIX,
		);
		expect(looks).toHaveLength(2);
		expect(looks[0]?.ended).toBeLessThan(writes[0]?.began ?? 0);
		expect(looks[1]?.began).toBeGreaterThan(writes.at(-1)?.ended ?? Infinity);
	});

	test("nothing is written that no registry reads", () => {
		const excluded = writes.filter(
			({ key }) =>
				exclusionOf(key) !== undefined || /\/_uploads\/|\.tmp$/.test(key),
		);
		expect(excluded).toEqual([]);
	});

	test("(I3) the source is as it was", async () => {
		expect(await fingerprint(source)).toBe(before);
	});

	test("(I8) the heap stays flat, however many objects have gone by", async () => {
		const target = new CountingStore();
		const heap = new HeapWatch();
		let steps = 0;
		await sync(source, target.store, {
			...OPTIONS,
			observe: ({ type }) => {
				if (type === "copied" ? ++steps % 4000 === 0 : type === "planned")
					heap.look();
			},
		});
		// The lock file twice: it is not there when it is looked for again.
		expect(target.objects).toBe(result.copied.objects + 1);
		expect(heap.mostMiB).toBeLessThan(8);
	});
});
