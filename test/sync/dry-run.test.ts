import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDigest } from "../../src/layout/digest.ts";
import { formatKey, LOCKS_PREFIX } from "../../src/layout/paths.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { SyncEvent } from "../../src/sync/events.ts";
import { traced, writesOf } from "../support/trace.ts";
import {
	type Content,
	digestOf,
	imageWrites,
	smallRegistry,
	storeOf,
} from "./content.ts";
import { run } from "./run.ts";

const REGISTRY = smallRegistry();
const STALE = `${LOCKS_PREFIX}database-in-use`;

/** A dry run, and then the real one, over the same two stores. */
async function bothRuns(before: Content, registry: Content = REGISTRY) {
	const source = await storeOf(registry);
	const target = await storeOf(before);
	const watched = traced(target);
	const dry = await run(source, watched.store, { isDryRun: true });
	const real = await run(source, target);
	return { dry, real, calls: watched.calls };
}

/** Events in an order that does not depend on what came first among objects of one rank. */
function ordered(events: readonly SyncEvent[]): readonly string[] {
	return events.map((event) => JSON.stringify(event)).sort();
}

describe("sync › a dry run", () => {
	test("makes no call that changes the target, and says what the real run does (property)", async () => {
		const parts = fc.subarray([...REGISTRY]);
		await fc.assert(
			fc.asyncProperty(parts, fc.boolean(), async (before, hasStale) => {
				const present = new Map(before);
				if (hasStale) present.set(STALE, Buffer.from("{}"));
				const { dry, real, calls } = await bothRuns(present);
				expect(writesOf(calls)).toEqual([]);
				expect(ordered(dry.events)).toEqual(ordered(real.events));
				expect(dry.result).toEqual(real.result);
			}),
			{ numRuns: 60 },
		);
	});

	test("says of a moved tag, and of a link that dangles, what the real run says", async () => {
		const moved = imageWrites("acme/app", ["base", "two"]).digest;
		const [repository, digest] = ["acme/app", digestOf("gone")];
		const registry = new Map(REGISTRY)
			.set(
				formatKey({ kind: "current", repository, tag: "v1" }),
				Buffer.from(formatDigest(moved)),
			)
			.set(
				formatKey({ kind: "layer", repository, digest }),
				Buffer.from(formatDigest(digest)),
			);
		const { dry, real, calls } = await bothRuns(REGISTRY, registry);
		expect(writesOf(calls)).toEqual([]);
		expect(ordered(dry.events)).toEqual(ordered(real.events));
		expect(dry.result.copied.objects).toBe(2);
		expect(dry.result).toMatchObject({
			leftovers: 1,
			damage: real.result.damage,
		});
	});

	test("reads no blob", async () => {
		const source = traced(await storeOf(REGISTRY));
		await run(source.store, new MemoryStore(), { isDryRun: true });
		const read = source.calls.filter(
			({ operation, key }) => operation === "get" && key.endsWith("/data"),
		);
		expect(read).toEqual([]);
	});
});
