import { spawnSync } from "node:child_process";
import {
	mkdirSync,
	mkdtempSync,
	renameSync,
	rmSync,
	statSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { takenAfter } from "../../src/cli/sync/snapshot.ts";
import { formatDigest } from "../../src/layout/digest.ts";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import { formatKey, kindOf } from "../../src/layout/paths.ts";
import { faulty } from "../../src/store/faults.ts";
import { FilesystemStore } from "../../src/store/filesystem/filesystem-store.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { objectsOf } from "../conformance/objects.ts";
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
import { expectContent, keysOf, run } from "./run.ts";

const REGISTRY = smallRegistry();
const TAG = formatKey({ kind: "current", repository: "acme/app", tag: "v1" });
const DELETED = formatKey({ kind: "current", repository: "solo", tag: "v1" });
const MOVED = imageWrites("acme/app", ["base", "two"]).digest;
const PUSHED = pushWrites("acme/new", "v1", ["base", "new"]).filter(
	([key]) => !REGISTRY.has(key),
);

/** Two minutes from now, when nothing that was written before is racy any more. */
const LATER_MS = 120_000;

function temporaryFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), "regmigrate-snapshot-"));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

/** Writes as registries do today: into a new file, which then takes the place of the old one. */
function write(root: string, writes: Iterable<Write>): void {
	for (const [key, content] of writes) {
		const path = join(root, key);
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(`${path}.tmp`, content);
		renameSync(`${path}.tmp`, path);
	}
}

/** A registry, and its snapshot, made by `cp` with this option; then the registry has gone on. */
function sources(option: string) {
	const folder = temporaryFolder();
	const [live, snapshot] = [join(folder, "live"), join(folder, "snapshot")];
	write(live, REGISTRY);
	const { status } = spawnSync("cp", [option, live, snapshot]);
	expect(status).toBe(0);
	// A tag that moved, with the size and the time stamp of before; one that was deleted; a push.
	const { mtimeMs } = statSync(join(live, TAG));
	write(live, [[TAG, Buffer.from(formatDigest(MOVED))]]);
	utimesSync(join(live, TAG), mtimeMs / 1000, mtimeMs / 1000);
	rmSync(join(live, DELETED));
	write(live, PUSHED);
	vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + LATER_MS });
	return {
		indexPath: join(folder, "state/index"),
		live: new FilesystemStore(live),
		snapshot: new FilesystemStore(snapshot, { takenAfterMs: Date.now() }),
	};
}

afterEach(() => {
	vi.useRealTimers();
});

describe("sync › from a snapshot", () => {
	test.each([
		["that has kept the inodes", "-al", 1 + linksOf(PUSHED)],
		["that is a copy", "-a", linksOf([...REGISTRY, ...PUSHED]) - 1],
	])(
		"%s fills the target, and the live path goes on with the index",
		async (_what, option, reads) => {
			const { indexPath, live, snapshot } = sources(option);
			const target = new MemoryStore();
			await run(snapshot, target, { indexPath, snapshotOf: live });
			await expectContent(target, REGISTRY);

			const watched = traced(live);
			const { result, events } = await run(watched.store, target, {
				indexPath,
			});
			expect(result.isTargetListed).toBe(false);
			expect(new Set(keysOf(events, "copied"))).toEqual(
				new Set([TAG, ...PUSHED.map(([key]) => key)]),
			);
			const read = watched.calls.filter(
				({ operation, key }) => operation === "get" && key.endsWith("/link"),
			);
			// Those that are new or another file than in the snapshot; with a copy, all.
			expect(read.length).toBeLessThanOrEqual(reads);
			expect(result.extra).toBe(1);

			const deletes = { approve: () => true };
			const last = await run(live, target, { indexPath, deletes });
			expect(last.result).toMatchObject({ copied: { objects: 0 } });
			expect(keysOf(last.events, "deleted")).toEqual([DELETED]);
			await expectContent(target, await contentOf(live));
		},
	);

	test("trusts no version of what may have changed again right after the snapshot", async () => {
		const { snapshot } = sources("-al");
		const root = new URL(snapshot.url).pathname;
		const changedMs = statSync(join(root, TAG)).ctimeMs;
		for (const [takenAfterMs, isTold] of [
			[changedMs + 59_000, false],
			[changedMs + 61_000, true],
		] as const) {
			const store = new FilesystemStore(root, { takenAfterMs });
			const objects = await objectsOf(store, { prefix: TAG });
			expect(objects.map(({ version }) => version !== "")).toEqual([isTold]);
		}
	});

	test("again, also from another one, until a pass from the live source has begun", async () => {
		const { indexPath, live, snapshot } = sources("-a");
		const target = new MemoryStore();
		const options = { indexPath, snapshotOf: live };
		await run(snapshot, target, options);
		await run(snapshot, target, options);
		await expectContent(target, REGISTRY);
		await run(live, target, { indexPath });
		const before = await contentOf(target);
		for (const isDryRun of [false, true])
			await expect(
				run(snapshot, target, { ...options, isDryRun }),
			).rejects.toMatchObject({ code: "snapshot-outdated" });
		await expectContent(target, before);
	});

	test("is over after a pass from the live source that found nothing changed, or was cut off", async () => {
		const live = await storeOf(REGISTRY);
		const snapshot = await storeOf(REGISTRY);
		for (const cut of [false, true]) {
			const folder = temporaryFolder();
			const indexPath = join(folder, "index");
			const target = new MemoryStore();
			const options = { indexPath, snapshotOf: live };
			await run(snapshot, target, options);
			if (cut) await putAll(live, PUSHED);
			const failing = faulty(target, {
				put: (key) => {
					if (cut && key !== MARKER_KEY) throw new RangeError("killed");
				},
			});
			await run(live, failing, { indexPath }).catch(() => {});
			await expect(run(snapshot, target, options)).rejects.toMatchObject({
				code: "snapshot-outdated",
			});
		}
	});
});

describe("sync › from a snapshot refuses, and changes nothing,", () => {
	const as = (store: ObjectStore, identity: string): ObjectStore => ({
		...faulty(store, {}),
		identity,
	});

	test.each<
		[
			string,
			string,
			(
				stores: Record<"live" | "snapshot" | "target", ObjectStore>,
			) => Partial<Record<"live" | "snapshot" | "target", ObjectStore>>,
		]
	>([
		[
			"the live source itself",
			"same-place",
			({ live }) => ({ snapshot: live }),
		],
		[
			"what lies in the live source's registry",
			"same-place",
			({ live, snapshot }) => ({
				snapshot: as(snapshot, `${live.identity}docker/registry/`),
			}),
		],
		[
			"a target in the snapshot",
			"same-place",
			({ snapshot, target }) => ({
				target: as(target, `${snapshot.identity}x/`),
			}),
		],
		[
			"a target in the live source",
			"same-place",
			({ live, target }) => ({ target: as(target, `${live.identity}x/`) }),
		],
		[
			"a live source that holds no registry",
			"no-registry",
			() => ({ live: new MemoryStore() }),
		],
		[
			"a snapshot that holds no registry",
			"no-registry",
			() => ({ snapshot: new MemoryStore() }),
		],
	])("%s", async (_what, code, change) => {
		const stores = {
			live: await storeOf(REGISTRY),
			snapshot: await storeOf(REGISTRY),
			target: new MemoryStore(),
		};
		const { live, snapshot, target } = { ...stores, ...change(stores) };
		const { store, calls } = traced(target);
		const watched = { ...store, identity: target.identity };
		await expect(
			run(snapshot, watched, { snapshotOf: live }),
		).rejects.toMatchObject({ code });
		expect(writesOf(calls)).toEqual([]);
	});

	test("the snapshot of another registry", async () => {
		const live = await storeOf(pushWrites("other", "v1", ["other"]));
		const snapshot = await storeOf(REGISTRY);
		await expect(
			run(snapshot, new MemoryStore(), { snapshotOf: live }),
		).rejects.toMatchObject({
			code: "another-registry",
			message: expect.stringContaining("blobs none is there"),
		});
	});

	test("to delete", async () => {
		const live = await storeOf(REGISTRY);
		const options = { snapshotOf: live, deletes: { approve: () => true } };
		await expect(
			run(await storeOf(REGISTRY), new MemoryStore(), options),
		).rejects.toMatchObject({ code: "snapshot-outdated" });
	});

	test("a target that is the live source by another name (I3)", async () => {
		const live = await storeOf(REGISTRY);
		const target = as(live, "memory://alias/");
		await expect(
			run(await storeOf(REGISTRY), target, { snapshotOf: live }),
		).rejects.toMatchObject({ code: "same-place" });
		expect(await live.head(MARKER_KEY)).toBeUndefined();
	});

	test("not what lies beside the registry in the live source, as ZFS and btrfs show snapshots", async () => {
		const live = await storeOf(REGISTRY);
		const snapshot = as(
			await storeOf(REGISTRY),
			`${live.identity}.zfs/snapshot/daily/`,
		);
		const { result } = await run(snapshot, new MemoryStore(), {
			snapshotOf: live,
		});
		expect(result.isComplete).toBe(true);
	});
});

describe("when a snapshot was taken", () => {
	test("is bounded by the newest change of a directory of blobs", () => {
		const folder = temporaryFolder();
		const [live, snapshot] = [join(folder, "live"), join(folder, "snapshot")];
		write(live, REGISTRY);
		write(snapshot, REGISTRY);
		const bound = takenAfter(pathToFileURL(snapshot), pathToFileURL(live));
		const newest = [...REGISTRY.keys()]
			.filter((key) => kindOf(key) === "blob")
			.map((key) => statSync(join(snapshot, key, "../..")).ctimeMs);
		expect(bound).toBe(Math.max(...newest));
	});
});

function linksOf(writes: Iterable<Write>): number {
	const keys = new Map(writes).keys();
	return [...keys].filter((key) => key.endsWith("/link")).length;
}
