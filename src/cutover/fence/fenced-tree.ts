import { lstatSync, realpathSync, type Stats, statSync } from "node:fs";
import { BLOBS_PREFIX, REGISTRY_PREFIX } from "../../layout/paths.ts";
import {
	type DirectoryContent,
	readDirectory,
} from "../../store/filesystem/directory.ts";
import { isAbsence } from "../../store/filesystem/errors.ts";

/** What a fence is put on: every directory, and every file that a registry writes in place. */
export interface FencedEntry {
	/** Absolute, and no symbolic link. */
	readonly path: string;
	readonly kind: "directory" | "file";
	readonly stats: Stats;
}

/** A directory that could not be read, or what could not be looked at. */
export type OnUnreadable = (path: string, error: unknown) => void;

/** One directory on the way from the root to where the walk is. */
interface Frame {
	/** Of the registry's: "docker/registry/", … */
	readonly prefix: string;
	/** Where it really is; without "/" at its end. */
	readonly path: string;
	readonly content: DirectoryContent;
	next: number;
}

/** What holds all of a registry's storage, below the directory that it is told. */
const TOP = REGISTRY_PREFIX.slice(0, REGISTRY_PREFIX.indexOf("/"));

/**
 * All that a registry would have to change in order to write into a directory that it is told, in the order of the keys:
 * the directories, in which it makes, renames and removes; and files other than blobs (links, half-finished uploads), which
 * old drivers write in place. Symbolic links are followed as the registry follows them. What vanishes meanwhile is passed
 * over.
 */
export function* fencedTree(
	root: string,
	onUnreadable: OnUnreadable,
): Generator<FencedEntry> {
	const stack: Frame[] = [];
	const enter = function* (prefix: string, path: string, stats: Stats) {
		// A link to a directory that it lies in leads round and round: what it names is walked already.
		if (stack.some((frame) => frame.path === path)) return;
		yield { path, kind: "directory", stats } as const;
		const content = attempt(() => readDirectory(`${path}/`), path);
		if (content === undefined) return;
		for (const name of content.invalid)
			onUnreadable(`${path}/${name}`, new Error("its name is not UTF-8"));
		stack.push({ prefix, path, content, next: 0 });
	};
	const attempt = <T>(look: () => T, path: string): T | undefined => {
		try {
			return look();
		} catch (error) {
			if (!isAbsence(error)) onUnreadable(path, error);
			return undefined;
		}
	};
	const find = (path: string) =>
		attempt(() => {
			const stats = lstatSync(path);
			if (!stats.isSymbolicLink()) return { path, stats };
			const real = realpathSync(path);
			return { path: real, stats: statSync(real) };
		}, path);
	const top = find(`${root.replace(/\/+$/, "")}/${TOP}`);
	if (top?.stats.isDirectory()) yield* enter(`${TOP}/`, top.path, top.stats);
	for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
		const name = frame.content.names[frame.next++];
		if (name === undefined) {
			stack.pop();
			continue;
		}
		const prefix = frame.prefix + name;
		if (!isFenced(prefix)) continue;
		const found = find(`${frame.path}/${name.replace(/\/$/, "")}`);
		if (found?.stats.isDirectory())
			yield* enter(prefix, found.path, found.stats);
		else if (found?.stats.isFile())
			yield { path: found.path, kind: "file", stats: found.stats };
	}
}

/** Blobs are never written in place: they are renamed to where they are, which their directories keep from happening. */
function isFenced(key: string): boolean {
	return (
		key.startsWith(REGISTRY_PREFIX) &&
		(key.endsWith("/") || !key.startsWith(BLOBS_PREFIX))
	);
}
