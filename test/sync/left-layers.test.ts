import { describe, expect, test } from "vitest";
import { formatDigest } from "../../src/layout/digest.ts";
import { blobKey, formatKey } from "../../src/layout/paths.ts";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import type { SyncEvent } from "../../src/sync/events.ts";
import { failure, unreadable } from "../support/faults.ts";
import { traced } from "../support/trace.ts";
import {
	blob,
	type Content,
	digestOf,
	imageWrites,
	smallRegistry,
	storeOf,
	type Write,
} from "./content.ts";
import { expectContent, run } from "./run.ts";

const REGISTRY = smallRegistry();
const MANIFEST = imageWrites("acme/app", ["base", "one"]).digest;
const REVISION = formatKey({
	kind: "revision",
	repository: "acme/app",
	digest: MANIFEST,
});

function layer(repository: string, content: string): Write {
	const digest = digestOf(content);
	return [
		formatKey({ kind: "layer", repository, digest }),
		Buffer.from(formatDigest(digest)),
	];
}

/** The layer link of an image that is gone with its blobs. */
const LEFT = layer("acme/app", "collected");

/** The registry without some keys, and with other objects. */
function changed(
	gone: readonly string[],
	...writes: readonly Write[]
): Content {
	const content = new Map([...REGISTRY, ...writes]);
	for (const key of gone) content.delete(key);
	return content;
}

function damaged(events: readonly SyncEvent[]): readonly string[] {
	return events.flatMap((event) =>
		event.type === "broken" ? [event.damage.key] : [],
	);
}

/** A pass to a target that has all but the layer links, so that those alone are judged. */
async function judged(
	content: Content,
	source: (content: MemoryStore) => ObjectStore = (content) => content,
) {
	const target = await storeOf(
		[...content].filter(([key]) => !key.includes("/_layers/")),
	);
	return await run(source(await storeOf(content)), target);
}

describe("sync › a layer link whose blob is gone", () => {
	test("and that no manifest of its repository mentions, is left behind: mirrored, counted, and no damage", async () => {
		const registry = changed([], LEFT);
		const target = new MemoryStore();
		const { result, events } = await run(await storeOf(registry), target);
		await expectContent(target, registry);
		expect(damaged(events)).toEqual([]);
		expect(result).toMatchObject({
			leftovers: 1,
			damage: { dangling: 0 },
			heldBack: 0,
			isComplete: true,
		});
	});

	test("and that a manifest of another repository mentions: damage there alone", async () => {
		const [gone] = blob("one");
		const left = layer("solo", "one");
		const { result, events } = await judged(changed([gone], left));
		expect(damaged(events)).toEqual([layer("acme/app", "one")[0]]);
		expect(result.leftovers).toBe(1);
	});

	test("and that a manifest mentions by another algorithm: damage", async () => {
		const sha512 = digestOf("collected", "sha512");
		const { digest, writes } = imageWrites("acme/app", ["base", "one"]);
		const text = writes
			.find(([key]) => key === blobKey(digest))?.[1]
			.toString()
			.replace(formatDigest(digestOf("one")), formatDigest(sha512));
		const manifest = blob(text ?? "");
		const other = digestOf(text ?? "");
		const named = { kind: "revision", repository: "acme/app" } as const;
		const link = formatKey({ ...named, kind: "layer", digest: sha512 });
		const { events } = await judged(
			changed(
				[],
				manifest,
				[
					formatKey({ ...named, digest: other }),
					Buffer.from(formatDigest(other)),
				],
				[link, LEFT[1]],
			),
		);
		expect(damaged(events)).toEqual([link]);
	});

	test("and whose repository has a manifest that is gone: that one is the damage", async () => {
		const gone = blobKey(MANIFEST);
		const tags = [...REGISTRY.keys()].filter((key) =>
			key.includes("/acme/app/_manifests/tags/v1/"),
		);
		const { result, events } = await run(
			await storeOf(changed([gone, ...tags], LEFT)),
			new MemoryStore(),
		);
		expect(damaged(events)).toEqual([REVISION]);
		// The history of "latest" names it, too, and is told by the revision.
		expect(result.leftovers).toBe(1);
	});

	test("(I2) and whose repository has a manifest that cannot be read: damage", async () => {
		const { result, events } = await judged(changed([], LEFT), (content) =>
			faulty(content, {
				get: (key) => {
					if (key === blobKey(MANIFEST)) throw failure("unavailable", key);
				},
			}),
		);
		expect(damaged(events)).toEqual([LEFT[0]]);
		expect(result.leftovers).toBe(0);
	});

	test("(I2) and whose repository has a manifest that is longer than those are: damage", async () => {
		const long = Buffer.alloc(4 * 1024 * 1024 + 1);
		const digest = digestOf(long);
		const repository = "acme/app";
		const revision = formatKey({ kind: "revision", repository, digest });
		const link = Buffer.from(formatDigest(digest));
		const registry = changed([], LEFT, blob(long), [revision, link]);
		const { events } = await judged(registry);
		expect(damaged(events)).toEqual([LEFT[0]]);
	});

	test.each([
		"revisions/",
		`revisions/sha256/${MANIFEST.hex}/`,
		`revisions/sha256/${MANIFEST.hex}/link`,
	])(
		"(I2) and whose repository has %s, which cannot be read: damage",
		async (place) => {
			const closed = `docker/registry/v2/repositories/acme/app/_manifests/${place}`;
			const { result, events } = await judged(changed([], LEFT), (content) =>
				unreadable(content, closed),
			);
			expect(result.unreadable).toBeGreaterThan(0);
			expect(damaged(events)).toEqual([LEFT[0]]);
		},
	);

	test("costs one read of each manifest, however many there are", async () => {
		const left = ["a", "b", "c"].map((name) => layer("acme/app", name));
		const content = changed([], ...left);
		const source = traced(await storeOf(content));
		const target = await storeOf(
			[...content].filter(([key]) => !left.some(([link]) => link === key)),
		);
		const { result } = await run(source.store, target);
		expect(result.leftovers).toBe(3);
		const reads = source.calls.filter(
			({ operation, key }) => operation === "get" && key === blobKey(MANIFEST),
		);
		expect(reads).toHaveLength(1);
	});
});
