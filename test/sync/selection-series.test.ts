import fc from "fast-check";
import { expect, test } from "vitest";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { readMarker } from "../../src/sync/marker.ts";
import type { SyncOptions } from "../../src/sync/pass.ts";
import { SyncRefusal } from "../../src/sync/refusal.ts";
import { failure } from "../support/faults.ts";
import { type Content, contentOf } from "./content.ts";
import { actionOf, COMMAND, type Command } from "./live-actions.ts";
import { LiveRegistry } from "./live-registry.ts";
import { expectClosed, expectContent, keysOf, run } from "./run.ts";
import { isOf, wanted } from "./selected.ts";
import { TemporaryIndex } from "./temporary-index.ts";

const REPOSITORIES = ["app", "app/cache", "web"];
const BLOBS = "docker/registry/v2/blobs/";
/** Often none, so that passes that leave out nothing come between the others. */
const NAMES = fc.oneof(
	{ weight: 2, arbitrary: fc.constant<string[]>([]) },
	{ weight: 1, arbitrary: fc.subarray(REPOSITORIES, { maxLength: 2 }) },
);
const MOSTLY = fc.nat(3).map((dice) => dice > 0);
/** What makes blobs extra. */
const COLLECTION = fc.constant({
	do: "collect",
	removesUntagged: true,
	removesLayers: true,
} as const);

/** So that few patterns match nothing, and there are links to be deleted with their blobs. */
const EVERYWHERE: readonly Command[] = REPOSITORIES.flatMap((repository) =>
	["v1", "v2"].map((tag) => {
		const image = [repository, tag];
		return { do: "push", repository, tag, image, isInPlace: false };
	}),
);

const PASS = fc.record({
	include: NAMES,
	exclude: NAMES,
	skipsUnreferenced: fc.boolean(),
	isDeleting: MOSTLY,
	relist: MOSTLY.map((is) => !is),
});
type Pass = typeof PASS extends fc.Arbitrary<infer Each> ? Each : never;

const STEP = fc.oneof(
	{
		weight: 3,
		arbitrary: fc.record({
			does: fc.constant("commands"),
			commands: fc.oneof(fc.tuple(COMMAND), fc.tuple(COMMAND, COLLECTION)),
		}),
	},
	{
		weight: 4,
		arbitrary: fc.record({ does: fc.constant("pass"), pass: PASS }),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			does: fc.constant("cut"),
			pass: PASS,
			puts: fc.nat({ max: 12 }),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			does: fc.constant("fail"),
			pass: PASS,
			every: fc.integer({ min: 2, max: 5 }),
		}),
	},
);

/** The repositories that a pass selects, whether the source has them or not. */
function selectedBy({ include, exclude }: Pass): readonly string[] {
	return REPOSITORIES.filter(
		(name) =>
			(include.length === 0 || include.includes(name)) &&
			!exclude.includes(name),
	);
}

function isFiltered({ include, exclude }: Pass): boolean {
	return include.length + exclude.length > 0;
}

function optionsOf(
	{ isDeleting, relist, ...selection }: Pass,
	indexPath: string | undefined,
): SyncOptions {
	const approve = () => true;
	const deletes = isDeleting ? { approve, maxObjects: 1e6 } : undefined;
	return { selection, deletes, relist, indexPath };
}

/** What must hold of the target after any pass, however it ended: what is left out is as it was. */
function expectUntouched(before: Content, after: Content, pass: Pass): void {
	if (!isFiltered(pass)) return;
	const selected = selectedBy(pass);
	const others = (content: Content) =>
		[...content].filter(
			([key]) => key.includes("/repositories/") && !isOf(selected, key),
		);
	expect(others(after)).toEqual(others(before));
	for (const key of before.keys())
		if (key.startsWith(BLOBS)) expect(after.has(key), key).toBe(true);
}

/** What must hold after a pass that came to its end. */
function expectSelected(
	source: Content,
	before: Content,
	after: Content,
	pass: Pass,
): void {
	const selected = isFiltered(pass) ? selectedBy(pass) : REPOSITORIES;
	const named = wanted(source, selected);
	const expected = isFiltered(pass) || pass.skipsUnreferenced ? named : source;
	for (const [key, content] of expected)
		expect(after.get(key)?.toString(), key).toBe(content.toString());
	for (const key of after.keys())
		if (!before.has(key)) expect(expected.has(key), key).toBe(true);
	if (!pass.isDeleting) return;
	for (const key of after.keys())
		if (isOf(selected, key) || !isFiltered(pass))
			expect(source.has(key), key).toBe(true);
}

test("sync › any series of selections converges, never deletes what it leaves out, and keeps the target closed (property; I1)", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(COMMAND, { maxLength: 3 }),
			fc.array(STEP, { minLength: 3, maxLength: 10, size: "max" }),
			MOSTLY,
			fc.boolean(),
			async (commands, steps, isLasting, waits) => {
				using index = new TemporaryIndex();
				const indexPath = isLasting ? index.path : undefined;
				const registry = new LiveRegistry([]);
				const can = { ...registry.store.can, waits };
				const from = { ...faulty(registry.store, {}), can };
				const target = new MemoryStore();
				// A link may have dangled when it was copied whose blob has come back since.
				const everGone = new Set<string>();
				const source = {
					has: (key: string) => registry.content.has(key) && !everGone.has(key),
				};
				const closed = () => expectClosed(target, source);
				/** `undefined`: refused, and nothing was changed. */
				const once = async (to: ObjectStore, pass: Pass, more = {}) => {
					const before = await contentOf(target);
					const options = { ...optionsOf(pass, indexPath), ...more };
					const ran = await run(from, to, options).catch(
						async (error: unknown) => {
							if (!(error instanceof SyncRefusal)) throw error;
							await expectContent(target, before);
							return undefined;
						},
					);
					expectUntouched(before, await contentOf(target), pass);
					return ran;
				};
				const change = async (command: Parameters<typeof actionOf>[0]) => {
					// As it goes: what is collected depends on what was removed before.
					for (const { key, content } of actionOf(command)(registry.content)) {
						if (content === undefined) {
							everGone.add(key);
							registry.content.delete(key);
							await registry.store.delete([key]);
						} else {
							registry.content.set(key, content);
							await registry.store.put(key, content);
						}
					}
				};
				for (const command of [...EVERYWHERE, ...commands])
					await change(command);
				for (const step of steps) {
					if (step.does === "commands")
						for (const command of step.commands) await change(command);
					else if (step.does === "pass") {
						const dry = await once(target, step.pass, { isDryRun: true });
						const before = await contentOf(target);
						const watched = faulty(target, { put: closed, delete: closed });
						const real = await once(watched, step.pass);
						expect(dry?.result).toEqual(real?.result);
						// Those of a rank in whatever order they come to be done.
						for (const type of ["copied", "deleted"] as const)
							expect(keysOf(dry?.events ?? [], type).toSorted()).toEqual(
								keysOf(real?.events ?? [], type).toSorted(),
							);
						if (real !== undefined) {
							expect(real.result.isComplete).toBe(true);
							expectSelected(
								registry.content,
								before,
								await contentOf(target),
								step.pass,
							);
							const marker = await readMarker(target, undefined);
							expect(marker?.partial).toBe(real.result.partial);
							expect(marker?.partial === "repositories").toBe(
								isFiltered(step.pass),
							);
						}
					} else if (step.does === "cut") {
						const controller = new AbortController();
						let puts = 0;
						const cut = faulty(target, {
							put: () => {
								if (++puts > step.puts) controller.abort(new Error("cut"));
							},
						});
						await once(cut, step.pass, { signal: controller.signal }).catch(
							(error: unknown) => {
								if (!controller.signal.aborted) throw error;
							},
						);
					} else {
						let puts = 0;
						const failing = faulty(target, {
							put: (key) => {
								if (key !== MARKER_KEY && ++puts % step.every === 0)
									throw failure("unknown", key, target.url);
							},
						});
						await once(failing, step.pass);
					}
					await closed();
				}
				const last = await run(from, target, {
					indexPath,
					deletes: { approve: () => true, maxObjects: 1e6 },
				}).catch((error: unknown) => {
					if (!(error instanceof SyncRefusal)) throw error;
				});
				if (last === undefined) return;
				expect(last.result).toMatchObject({ isComplete: true, extra: 0 });
				expect(last.result.partial).toBeUndefined();
				await expectContent(target, registry.content);
			},
		),
		{ numRuns: 30 },
	);
}, 120_000);
