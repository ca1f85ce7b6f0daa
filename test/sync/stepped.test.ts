import {
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	utimesSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { formatDigest } from "../../src/layout/digest.ts";
import { blobKey, formatKey } from "../../src/layout/paths.ts";
import { FilesystemStore } from "../../src/store/filesystem/filesystem-store.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { closureBreaches } from "./closure.ts";
import { contentOf, digestOf, type Image, imageWrites } from "./content.ts";
import { KernelClock } from "./kernel-clock.ts";
import { memoryDirectory } from "./memory-directory.ts";
import { run } from "./run.ts";
import {
	type Calls,
	type Driver,
	push,
	put,
	removeAll,
} from "./stepped-writer.ts";

const REPOSITORY = "team/app";
const FIRST: Image = [];
const SECOND: Image = ["two"];
/** Before any clock here. */
const LONG_AGO = new Date("2001-01-01T00:00:00Z");
const LINK = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;
const BLOB = /\/blobs\/(sha256|sha512)\/..\/([0-9a-f]+)\/data$/;

/** How much time goes by (ms) between a call and the next pass, and between a pass and the next call. */
type Pace = readonly [name: string, before: number, after: number];

const PACES: readonly Pace[] = [
	["in one tick of the clock", 0, 0],
	[
		"with a long pause after each, its last pass in the tick of the next",
		10_000,
		0,
	],
];

/** A registry that writes call by call, and passes between its calls, with one index. */
class Stepping implements Disposable {
	readonly root: string = memoryDirectory("stepped");
	readonly #folder: string = memoryDirectory("stepped-target");
	readonly #targetFolder: string = join(this.#folder, "target");
	readonly #clock = new KernelClock(this.#folder);
	readonly #source = new FilesystemStore(this.root);
	readonly #target: ObjectStore;
	/** All that each key was ever whole with. */
	readonly #ever = new Map<string, Set<string>>();

	constructor(target: "memory" | "file system") {
		mkdirSync(this.#targetFolder);
		this.#target =
			target === "memory"
				? new MemoryStore()
				: new FilesystemStore(this.#targetFolder);
	}

	[Symbol.dispose](): void {
		this.#clock[Symbol.dispose]();
		for (const folder of [this.root, this.#folder])
			rmSync(folder, { recursive: true });
	}

	/** What a registry could read: whole links and whole blobs. */
	whole(): Map<string, Buffer> {
		const whole = new Map<string, Buffer>();
		for (const key of this.#keys()) {
			const content = readFileSync(join(this.root, key));
			if (isWhole(key, content)) whole.set(key, content);
		}
		return whole;
	}

	async steps(
		calls: Calls,
		[_name, before, after]: Pace,
		deletes: boolean,
	): Promise<void> {
		for (const call of calls) {
			this.#clock.advance(before);

			await this.pass(call, deletes);
			this.#clock.advance(after);
		}
	}

	/** All calls, and one pass. */
	async atOnce(calls: Calls): Promise<void> {
		for (const _call of calls);
		this.#clock.advance(10_000);
		await this.pass("the beginning", false);
	}

	/** A pass, after which the target has all that is whole, and nothing that never was. */
	async pass(call: string, deletes: boolean): Promise<void> {
		const whole = this.whole();
		for (const [key, content] of whole) {
			const all = this.#ever.get(key) ?? new Set();
			this.#ever.set(key, all.add(content.toString()));
		}
		const { result, events } = await run(this.#source, this.#target, {
			indexPath: join(this.#folder, "index.sqlite"),
			deletes: deletes ? { approve: () => true, maxObjects: 1e6 } : undefined,
		});
		const { failed, unreadable, heldBack, vanished } = result;
		expect(
			{ failed, unreadable, heldBack, vanished },
			`${call}: ${JSON.stringify(events)}`,
		).toEqual({ failed: 0, unreadable: 0, heldBack: 0, vanished: 0 });
		const found = await this.#found();
		expect(closureBreaches(found, whole), call).toEqual([]);
		for (const [key, content] of whole)
			expect(found.get(key)?.toString(), `${call}: ${key}`).toBe(
				content.toString(),
			);
		const there = new Set(this.#keys());
		for (const [key, content] of found) {
			expect(deletes && !there.has(key), `${call}: ${key} is there`).toBe(
				false,
			);
			const isTrue = this.#ever.get(key)?.has(content.toString());
			expect(isTrue, `${call}: ${key} holds ${content}`).toBe(true);
		}
	}

	#keys(): readonly string[] {
		return readdirSync(join(this.root, "docker"), {
			recursive: true,
			withFileTypes: true,
		})
			.filter((entry) => entry.isFile() && !/\.tmp$/.test(entry.name))
			.map(({ parentPath, name }) =>
				join(parentPath, name).slice(this.root.length + 1),
			)
			.filter((key) => !key.includes("/_uploads/"));
	}

	async #found(): Promise<ReadonlyMap<string, Buffer>> {
		const all = await contentOf(this.#target);
		return new Map(
			[...all].filter(([key]) => key.startsWith("docker/registry/")),
		);
	}
}

function isWhole(key: string, content: Buffer): boolean {
	const [, algorithm, hex] = BLOB.exec(key) ?? [];
	return algorithm === undefined
		? LINK.test(content.toString())
		: digestOf(content, algorithm).hex === hex;
}

const DRIVERS: readonly Driver[] = ["in place", "rename"];

function image(tag: string, content: Image) {
	return { repository: REPOSITORY, tag, image: content };
}

describe.each(DRIVERS)(
	"sync › a registry that puts %s, with a pass after each system call",
	(driver) => {
		test.each(PACES)(
			"%s: takes nothing half-written for the truth, and all that is whole (I1, I4)",
			async (...pace) => {
				using stepping = new Stepping("memory");
				const { root } = stepping;
				await stepping.atOnce(push(driver, root, image("keep", ["keep"])));
				await stepping.steps(
					push(driver, root, image("v1", FIRST)),
					pace,
					false,
				);
				// The tag is moved, and moved back: its link is as large as it was.
				await stepping.steps(
					push(driver, root, image("v1", SECOND)),
					pace,
					false,
				);
				await stepping.steps(
					push(driver, root, image("v1", FIRST)),
					pace,
					false,
				);
			},
		);

		test.each(PACES)(
			"%s: deletes what is deleted, in whatever order, and copies it when it is pushed again (I1, I2)",
			async (...pace) => {
				using stepping = new Stepping("file system");
				const { root } = stepping;
				const { digest } = imageWrites(REPOSITORY, FIRST);
				const tags = join(
					root,
					`docker/registry/v2/repositories/${REPOSITORY}/_manifests/tags`,
				);
				const revision = formatKey({
					kind: "revision",
					repository: REPOSITORY,
					digest,
				});
				await stepping.atOnce(push(driver, root, image("keep", ["keep"])));
				await stepping.atOnce(push(driver, root, image("v1", FIRST)));
				await stepping.steps(removeAll(join(tags, "v1")), pace, true);
				await stepping.steps(removeAll(join(root, revision)), pace, true);
				await stepping.steps(
					removeAll(join(root, blobKey(digest), "..")),
					pace,
					true,
				);
				await stepping.steps(
					push(driver, root, image("v1", FIRST)),
					pace,
					true,
				);
			},
		);
	},
);

test("sync › a tag moved twice in one tick of the clock, its time set back each time: the last move arrives (I9)", async () => {
	using stepping = new Stepping("memory");
	const { root } = stepping;
	const key = formatKey({ kind: "current", repository: REPOSITORY, tag: "v1" });
	const images = [["one"], ["two"], ["three"]];
	for (const content of images)
		for (const _call of push("in place", root, image("v1", content)));
	const move = (content: Image) => {
		const { digest } = imageWrites(REPOSITORY, content);
		const write = [key, Buffer.from(formatDigest(digest))] as const;
		for (const _call of put("in place", root, write));
		utimesSync(join(root, key), LONG_AGO, LONG_AGO);
		return stepping.pass(`moved to ${content}`, false);
	};
	await stepping.atOnce(none());
	for (let times = 0; times < 2; times++) {
		for (const content of images) await move(content);
		await stepping.atOnce(none());
	}
});

function* none(): Calls {}
