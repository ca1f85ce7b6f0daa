import { copyFileSync, rmSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import { StoreError } from "../../src/store/errors.ts";
import { faulty } from "../../src/store/faults.ts";
import type { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import type { SyncOptions } from "../../src/sync/pass.ts";
import { failure } from "../support/faults.ts";
import { traced, writesOf } from "../support/trace.ts";
import { closureBreaches } from "./closure.ts";
import { type Content, contentOf, digestOf, storeOf } from "./content.ts";
import { actionOf, COMMAND, type Command, push } from "./live-actions.ts";
import { LiveRegistry } from "./live-registry.ts";
import { keysOf, run } from "./run.ts";
import { TemporaryIndex } from "./temporary-index.ts";

/** How many states are tried; see CONTRIBUTING.md. */
const RUNS = Number(process.env.REGMIGRATE_TORTURE_RUNS ?? 25);

/** What is nobody's of ours, and must be there in the end as it was. */
const FOREIGN: Content = new Map([
	["backups/2025.tar", Buffer.from("backup")],
	["docker/registry-notes.txt", Buffer.from("notes")],
]);

/** What was done to the target and its index before. */
type Past =
	/** Another tool has copied a part, some blobs wrongly: which, by their number in the order of keys. */
	| {
			readonly by: "another tool";
			readonly every: number;
			readonly wrong: number;
	  }
	/** Passes from older states. */
	| {
			readonly by: "passes";
			readonly index: "kept" | "lost" | "of an older pass";
	  };

/** What comes in between: at the so-many-th call to either side, before it or (a write) after it. */
interface Interruption {
	readonly at: number;
	readonly how: "abort" | "throttled" | "unavailable" | "permission-denied";
	readonly isAfter: boolean;
	/** Whether all that follows fails, too. */
	readonly lasts: boolean;
}

const COMMANDS = fc.array(COMMAND, { minLength: 1, maxLength: 8 });
const PAST: fc.Arbitrary<Past> = fc.oneof(
	fc.record({
		by: fc.constant("another tool"),
		every: fc.integer({ min: 1, max: 4 }),
		wrong: fc.integer({ min: 1, max: 4 }),
	}),
	fc.record({
		by: fc.constant("passes"),
		index: fc.constantFrom("kept", "lost", "of an older pass"),
	}),
);
const INTERRUPTION: fc.Arbitrary<Interruption> = fc.record({
	at: fc.integer({ min: 1, max: 90 }),
	how: fc.constantFrom(
		"abort",
		"throttled",
		"unavailable",
		"permission-denied",
	),
	isAfter: fc.boolean(),
	lasts: fc.boolean(),
});

/** What a registry holds after these commands, and those before. */
async function after(
	commands: readonly Command[],
	before: Content = new Map(),
): Promise<Content> {
	const registry = new LiveRegistry([
		push("keep", "v1", ["kept"]),
		...commands.map(actionOf),
	]);
	for (const [key, content] of before) {
		registry.content.set(key, Buffer.from(content));
		await registry.store.put(key, content);
	}
	await registry.finish();
	return registry.content;
}

/** A target and an index with a past; no two buffers are shared with the source. */
async function withPast(
	past: Past,
	older: readonly Content[],
	path: string,
): Promise<MemoryStore> {
	const target = await storeOf(FOREIGN);
	if (past.by === "another tool") {
		const all = [...(older.at(-1) ?? [])].sort();
		for (const [at, [key, content]] of all.entries()) {
			if (at % past.every > 0) continue;
			const isWrong = key.includes("/blobs/") && at % past.wrong === 0;
			await target.put(
				key,
				isWrong ? Buffer.alloc(content.length, "?") : content,
			);
		}
		return target;
	}
	for (const [at, content] of older.entries()) {
		const isTargetNotEmpty = true;
		await run(await storeOf(content, "source"), target, {
			indexPath: path,
			isTargetNotEmpty,
		});
		if (at === 0) copyFileSync(path, `${path}.old`);
	}
	if (past.index === "lost") rmSync(path);
	if (past.index === "of an older pass") copyFileSync(`${path}.old`, path);
	return target;
}

/** Every breach of I1; what does not hash to its name counts as missing. */
async function breaches(
	target: ObjectStore,
	source: Content,
): Promise<readonly string[]> {
	const all = await contentOf(target);
	const sound = [...all].filter(([key, content]) => {
		const hex = /\/blobs\/sha256\/..\/([0-9a-f]+)\/data$/.exec(key)?.[1];
		return hex === undefined || digestOf(content).hex === hex;
	});
	return closureBreaches(new Map(sound), source);
}

/** Both sides, interrupted. */
function interrupted(
	source: ObjectStore,
	target: ObjectStore,
	{ at, how, isAfter, lasts }: Interruption,
) {
	const controller = new AbortController();
	let calls = 0;
	const meet = (key: string) => {
		calls++;
		if (calls !== at && !(lasts && calls > at)) return;
		if (how === "abort") controller.abort(new Error("aborted by the test"));
		else throw failure(how, key, target.url);
	};
	const before = { head: meet, get: meet, list: meet };
	const writes = isAfter
		? {
				putAnswer: meet,
				deleteAnswer: ([key = ""]: readonly string[]) => meet(key),
			}
		: { put: meet, delete: ([key = ""]: readonly string[]) => meet(key) };
	return {
		source: faulty(source, before),
		target: faulty(target, { ...before, ...writes }),
		signal: controller.signal,
	};
}

/**
 * A target that is held against I1 after each of its writes. A link that somebody else has left broken may stay so, until
 * it is written.
 */
async function watched(target: ObjectStore, source: Content) {
	const linkOf = (breach: string) => breach.split(" ")[0] ?? "";
	const broken = new Set((await breaches(target, source)).map(linkOf));
	const found: string[] = [];
	const look = async (written: readonly string[]) => {
		for (const key of written) broken.delete(key);
		for (const breach of await breaches(target, source))
			if (!broken.has(linkOf(breach)))
				found.push(`when ${written.join()} was written: ${breach}`);
	};
	return {
		found,
		store: faulty(target, {
			putAnswer: (key) => look([key]),
			deleteAnswer: look,
		}),
	};
}

test(
	"sync › from any earlier state, however interrupted: closed after every write (I1), whole in the end, and then idle (property)",
	async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.tuple(COMMANDS, COMMANDS, COMMANDS),
				PAST,
				fc.array(INTERRUPTION, { maxLength: 3 }),
				fc.boolean(),
				fc.boolean(),
				async (commands, past, interruptions, deletesExtra, isLasting) => {
					using index = new TemporaryIndex();
					const first = await after(commands[0]);
					const second = await after(commands[1], first);
					const content = await after(commands[2], second);
					const target = await withPast(past, [first, second], index.path);
					const source = await storeOf(content, "source");
					const options: SyncOptions = {
						indexPath: isLasting ? index.path : undefined,
						deletes: deletesExtra
							? { approve: () => true, maxObjects: 1e6 }
							: undefined,
					};
					for (const interruption of interruptions) {
						const { store, found } = await watched(target, content);
						const both = interrupted(source, store, interruption);
						await run(both.source, both.target, {
							...options,
							signal: both.signal,
						}).catch((error: unknown) => {
							if (
								error !== both.signal.reason &&
								!(error instanceof StoreError)
							)
								throw error;
						});
						expect(found).toEqual([]);
					}
					const wrong = new Set(
						[...(await contentOf(target))]
							.filter(([key, is]) => content.get(key)?.equals(is) === false)
							.map(([key]) => key),
					);
					const still = traced(target);
					const dry = await run(source, still.store, {
						...options,
						isDryRun: true,
					});
					expect(writesOf(still.calls)).toEqual([]);

					const { store, found } = await watched(target, content);
					const real = await run(source, store, options);
					expect(found).toEqual([]);
					expect(real.result.isComplete).toBe(true);
					// What a dry run cannot know is what blobs hold that somebody else has put there.
					const copied = keysOf(real.events, "copied").filter(
						(key) => !key.includes("/blobs/") || !wrong.has(key),
					);
					expect([...keysOf(dry.events, "copied")].sort()).toEqual(
						expect.arrayContaining([...copied].sort()),
					);
					for (const key of keysOf(dry.events, "copied"))
						expect(keysOf(real.events, "copied")).toContain(key);
					expect(keysOf(dry.events, "deleted")).toEqual(
						keysOf(real.events, "deleted"),
					);

					const end = await contentOf(target);
					for (const [key, is] of [...content, ...FOREIGN])
						expect(end.get(key)?.equals(is), key).toBe(true);
					if (deletesExtra) expect(end.size).toBe(content.size + FOREIGN.size);

					const idle = traced(target);
					const again = await run(source, idle.store, options);
					expect(again.result.copied.objects).toBe(0);
					expect(
						writesOf(idle.calls).filter(({ key }) => key !== MARKER_KEY),
					).toEqual([]);
				},
			),
			{ numRuns: RUNS },
		);
	},
	2000 * (RUNS + 10),
);
