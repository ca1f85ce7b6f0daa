import { hostname } from "node:os";
import { describe, expect, test } from "vitest";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import { BLOBS_PREFIX } from "../../src/layout/paths.ts";
import type { Writer } from "../../src/state/writer.ts";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import type { Claim } from "../../src/sync/claim.ts";
import { mark, readMarker } from "../../src/sync/marker.ts";
import type { SyncOptions } from "../../src/sync/pass.ts";
import { SyncRefusal } from "../../src/sync/refusal.ts";
import { failure } from "../support/faults.ts";
import { pushWrites, putAll, smallRegistry, storeOf } from "./content.ts";
import { expectContent, run } from "./run.ts";
import { TemporaryIndex } from "./temporary-index.ts";

const REGISTRY = smallRegistry();
const ELSEWHERE: Writer = {
	host: "elsewhere.example",
	pid: 7,
	since: "2026-01-31T12:00:00.000Z",
};
/** Larger than any that Linux gives. */
const NO_PROCESS = 2 ** 22 + 1;

function pass(
	source: ObjectStore,
	target: ObjectStore,
	{ path }: TemporaryIndex,
	options: SyncOptions = {},
) {
	return run(source, target, {
		isTakeOver: false,
		...options,
		indexPath: path,
	});
}

/** A target that a pass has filled, with what its marker says then. */
async function filled(source: ObjectStore, index: TemporaryIndex) {
	const target = new MemoryStore();
	await pass(source, target, index);
	const marker = await readMarker(target, undefined);
	if (marker?.claim === undefined) throw new Error("it is not marked");
	return { target, marker, claim: marker.claim };
}

/** Marks a target as a pass would that is under way. */
async function claimFor(
	target: ObjectStore,
	source: ObjectStore,
	writer: Writer,
	claim: Claim = { nonce: "another", pass: 3 },
) {
	const marker = {
		source: source.identity,
		claim,
		writer,
		isUnproven: false,
		isSnapshot: false,
		partial: undefined,
	};
	await mark(target, marker, undefined);
}

describe("sync › the target's marker says", () => {
	test("who writes, and since when, from before the first object until after the last", async () => {
		using index = new TemporaryIndex();
		const source = await storeOf(REGISTRY);
		const target = new MemoryStore();
		const seen = new Set<unknown>();
		const watched = faulty(target, {
			put: async (key) => {
				if (key === MARKER_KEY) return;
				seen.add((await readMarker(target, undefined))?.writer?.pid);
			},
		});
		await pass(source, watched, index);
		expect([...seen]).toEqual([process.pid]);
		expect(await readMarker(target, undefined)).toMatchObject({
			writer: undefined,
		});
	});

	test("that nobody writes, when a pass was cancelled", async () => {
		using index = new TemporaryIndex();
		const controller = new AbortController();
		const target = new MemoryStore();
		const ending = faulty(target, {
			put: (key) => {
				if (key !== MARKER_KEY) controller.abort(new Error("the end"));
			},
		});
		const { signal } = controller;
		await expect(
			pass(await storeOf(REGISTRY), ending, index, { signal }),
		).rejects.toThrow("the end");
		expect(await readMarker(target, undefined)).toMatchObject({
			writer: undefined,
		});
	});
});

describe("sync › refuses a target (I1, I9)", () => {
	test("to which another pass writes, or was when it was killed; it says who, since when, and what to do", async () => {
		using index = new TemporaryIndex();
		const source = await storeOf(REGISTRY);
		const { target } = await filled(source, index);
		await claimFor(target, source, ELSEWHERE);
		for (const isDryRun of [true, false]) {
			const refused = pass(source, target, index, { isDryRun });
			await expect(refused).rejects.toBeInstanceOf(SyncRefusal);
			await expect(refused).rejects.toMatchObject({
				code: "target-in-use",
				message: `Another pass writes to ${target.url}, or was killed: process 7 on elsewhere.example, since 2026-01-31T12:00:00.000Z`,
				suggestions: [
					"Wait until it has ended.",
					expect.stringContaining("--take-over"),
				],
			});
		}
		expect((await readMarker(target, undefined))?.writer).toEqual(ELSEWHERE);
	});

	test("but goes on with --take-over, and the other one ends without trusting its index", async () => {
		using ours = new TemporaryIndex();
		using theirs = new TemporaryIndex();
		const source = await storeOf(REGISTRY);
		const target = new MemoryStore();
		let isFirst = true;
		const slow = faulty(target, {
			put: async (key) => {
				if (!key.startsWith(BLOBS_PREFIX) || !isFirst) return;
				isFirst = false;
				await expect(pass(source, target, ours)).rejects.toMatchObject({
					code: "target-in-use",
				});
				await pass(source, target, ours, { isTakeOver: true });
			},
		});
		await pass(source, slow, theirs);
		await expectContent(target, REGISTRY);
		const marker = await readMarker(target, undefined);
		expect(marker).toMatchObject({ writer: undefined });
		for (const index of [ours, theirs]) {
			const { events } = await pass(source, target, index);
			expect(events.map(({ type }) => type)).toContain("target-listed");
		}
	});

	test("that another pass has marked while this one read both sides", async () => {
		using index = new TemporaryIndex();
		const source = await storeOf(REGISTRY);
		const target = new MemoryStore();
		const slow = faulty(source, {
			list: async (prefix) => {
				if (prefix === BLOBS_PREFIX) await claimFor(target, source, ELSEWHERE);
			},
		});
		await expect(pass(slow, target, index)).rejects.toMatchObject({
			code: "target-in-use",
			message: expect.stringContaining("process 7 on elsewhere.example"),
		});
		await expectContent(target, new Map());
	});

	test.each([
		["on another machine", ELSEWHERE],
		[
			"that is alive",
			{ host: hostname(), pid: process.pid, since: ELSEWHERE.since },
		],
	])(
		"to which a pass writes with an older copy of this index %s",
		async (_, writer) => {
			using index = new TemporaryIndex();
			const source = await storeOf(REGISTRY);
			const { target, claim } = await filled(source, index);
			const { nonce } = claim;
			await claimFor(target, source, writer, { nonce, pass: 9 });
			await expect(pass(source, target, index)).rejects.toMatchObject({
				code: "target-in-use",
			});
		},
	);
});

describe("sync › goes on unasked where", () => {
	test("the pass with this very index was killed", async () => {
		using index = new TemporaryIndex();
		const source = await storeOf(REGISTRY);
		const target = new MemoryStore();
		let isDead = false;
		const dying = faulty(target, {
			get: () => {
				if (isDead) throw failure("unavailable");
			},
			put: (key) => {
				isDead ||= key.includes("/_layers/");
				if (isDead) throw failure("unauthenticated", key, target.url);
			},
		});
		const { result: first } = await pass(source, dying, index);
		expect(first.isStopped).toBe(true);
		expect((await readMarker(target, undefined))?.writer?.pid).toBe(
			process.pid,
		);
		const { result } = await pass(source, target, index);
		expect(result.isComplete).toBe(true);
		await expectContent(target, REGISTRY);
	});

	test("a pass with a copy of this index was killed on this machine", async () => {
		using index = new TemporaryIndex();
		const source = await storeOf(REGISTRY);
		const { target, claim } = await filled(source, index);
		const writer = { ...ELSEWHERE, host: hostname(), pid: NO_PROCESS };
		await claimFor(target, source, writer, { ...claim, pass: 9 });
		const { result } = await pass(source, target, index);
		expect(result.isComplete).toBe(true);
	});
});

test("sync › deletes no further batch when another pass has taken the target over (I1)", async () => {
	using index = new TemporaryIndex();
	const source = await storeOf(REGISTRY);
	const { target } = await filled(source, index);
	const more = pushWrites("acme/old", "v1", ["base", "old"]);
	await putAll(target, more);
	let deletes = 0;
	const watched = faulty(target, {
		delete: async () => {
			if (deletes++ === 0) await claimFor(target, source, ELSEWHERE);
		},
	});
	const options = { relist: true, deletes: { approve: () => true } };
	await expect(pass(source, watched, index, options)).rejects.toMatchObject({
		code: "precondition-failed",
	});
	expect(deletes).toBe(1);
	const marker = await readMarker(target, undefined);
	expect(marker?.writer).toEqual(ELSEWHERE);
});
