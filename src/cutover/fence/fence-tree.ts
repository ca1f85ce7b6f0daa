import { chmodSync, type Stats } from "node:fs";
import { localHost } from "../../registry/host/local-host.ts";
import { type BatchOptions, fenceBatches } from "./fence-batches.ts";
import { FenceRecord, isFenceRecorded } from "./fence-record.ts";
import { FenceTroubles } from "./fence-troubles.ts";
import { type FencedEntry, fencedTree } from "./fenced-tree.ts";
import { chattr, type ImmutableFlag } from "./immutable-flag.ts";
import { RootGuard } from "./root-guard.ts";

export interface FenceTreeOptions extends BatchOptions {
	/** Keeps what was found. */
	readonly recordPath: string;
	/** Default: by chattr. */
	readonly flag?: ImmutableFlag | undefined;
	/** Who does it; default this process. */
	readonly user?: FenceUser | undefined;
}

interface FenceUser {
	readonly isRoot: boolean;
	readonly groups: readonly number[];
}

/** What it came to. */
export interface FencedTree {
	readonly directories: number;
	readonly files: number;
	/** Why root can still write to some; clauses. */
	readonly because: readonly string[];
	/** What could not be changed, or looked at; clauses that begin with a path. */
	readonly troubles: readonly string[];
	/** Some of the entries: the outermost, and others at random. */
	readonly samples: readonly FencedEntry[];
}

/** How many entries are told to be tried, and how many of them are the first. */
const SAMPLES = 32;
const OUTERMOST = 4;

/** Who may write. */
const WRITE_BITS = 0o222;
const MODE_BITS = 0o7777;
/** Set-group-id, which a change of mode takes away when it is made by who is not of that group. */
const SET_GROUP_ID = 0o2000;

/**
 * Takes all permissions to write from the directories of a registry's tree and from the files in it that are written in
 * place; by root also with the immutable flag, where the file system has one. First all that differs from what is usual
 * there is kept, and only then anything changed: so it may be killed at any point and done again. No content and no name is
 * changed. Rejects when what was found cannot be kept.
 */
export async function fenceTree(
	root: string,
	options: FenceTreeOptions,
): Promise<FencedTree> {
	const { recordPath, signal } = options;
	const user = options.user ?? thisUser();
	const troubles = new FenceTroubles();
	const guard = new RootGuard(options.flag ?? chattr, user.isRoot);
	const walk = () => fenceBatches(fencedTree(root, troubles.add), options);
	const samples: FencedEntry[] = [];
	let directories = 0;
	let files = 0;
	using record = new FenceRecord(recordPath);
	if (!record.isWhole) {
		let isBegun = false;
		for await (const batch of walk()) {
			if (!isBegun) record.begin(root, usualAt(batch));
			isBegun = true;
			const immutable = await guard.immutable(batch, { signal });
			record.keep(
				batch.map((entry) => ({
					...entry,
					mode: modeOf(entry),
					isImmutable: immutable.has(entry.path),
				})),
			);
		}
		if (isBegun) record.complete();
	}
	for await (const batch of walk()) {
		const ours = batch.filter((entry) => !record.keptOf(entry).isImmutable);
		const writable = ours.filter((entry) => modeOf(entry) & WRITE_BITS);
		// What has come since it was looked through.
		record.keep(
			writable.map((entry) => ({
				...{ ...entry, mode: modeOf(entry), isImmutable: false },
			})),
		);
		for (const entry of writable)
			try {
				requireReversible(entry.stats, user);
				chmodSync(entry.path, modeOf(entry) & ~WRITE_BITS);
			} catch (error) {
				troubles.add(entry.path, error);
			}
		await guard.write(true, ours, { signal });
		for (const entry of batch) {
			if (entry.kind === "file") files++;
			else directories++;
			const seen = files + directories;
			const place =
				seen <= SAMPLES ? seen - 1 : Math.floor(Math.random() * seen);
			// The first ones hold all the others.
			if (seen <= SAMPLES || (place >= OUTERMOST && place < SAMPLES))
				samples[place] = entry;
		}
	}
	return {
		...{ directories, files, samples },
		because: [...guard.reasons],
		troubles: troubles.clauses,
	};
}

/**
 * Gives a tree back what `fenceTree` took, exactly; what somebody else has changed since stays as it is. Safe to repeat.
 * Resolves with what could not be given back, as clauses that begin with a path: then the record stays.
 */
export async function unfenceTree(
	options: FenceTreeOptions & {
		/** Where the record is kept when all is given back; default: nowhere. */
		readonly liftedPath?: string | undefined;
	},
): Promise<readonly string[]> {
	const { recordPath, liftedPath, signal } = options;
	if (!isFenceRecorded(recordPath)) return [];
	const troubles = new FenceTroubles();
	const { isRoot } = options.user ?? thisUser();
	const guard = new RootGuard(options.flag ?? chattr, isRoot);
	using record = new FenceRecord(recordPath);
	const { root, isWhole } = record;
	if (root !== undefined && isWhole) {
		const tree = fencedTree(root, troubles.add);
		for await (const batch of fenceBatches(tree, options)) {
			const ours = batch.filter((entry) => !record.keptOf(entry).isImmutable);
			await guard.write(false, ours, { signal });
			for (const entry of ours) {
				const { mode } = record.keptOf(entry);
				if (modeOf(entry) !== (mode & ~WRITE_BITS)) continue;
				try {
					if (modeOf(entry) !== mode) chmodSync(entry.path, mode);
				} catch (error) {
					troubles.add(entry.path, error);
				}
			}
		}
	}
	if (troubles.any) return troubles.clauses;
	if (root !== undefined) await flush(root, signal);
	record.remove(liftedPath);
	return [];
}

/** Without it, a power cut could leave the tree fenced and nothing that says how it was. Best effort: there may be no sync. */
async function flush(
	root: string,
	signal: AbortSignal | undefined,
): Promise<void> {
	await localHost.run(["sync", "-f", root], { signal }).catch(() => {});
	signal?.throwIfAborted();
}

function thisUser(): FenceUser {
	return {
		isRoot: process.geteuid?.() === 0,
		groups: [process.getegid?.() ?? -1, ...(process.getgroups?.() ?? [])],
	};
}

function modeOf({ stats }: FencedEntry): number {
	return stats.mode & MODE_BITS;
}

function usualAt([first]: readonly FencedEntry[]) {
	const directoryMode = first === undefined ? 0o755 : modeOf(first);
	return { directoryMode, fileMode: directoryMode & 0o666 };
}

function requireReversible({ mode, gid }: Stats, user: FenceUser): void {
	if ((mode & SET_GROUP_ID) === 0) return;
	if (user.isRoot || user.groups.includes(gid)) return;
	throw new Error("its set-group-id bit could not be given back");
}
