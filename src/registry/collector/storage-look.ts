import { realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";
import {
	lastPassOf,
	MARKER_KEY,
	MAX_MARKER_BYTES,
	parseMarkerText,
	partialityOf,
} from "../../layout/marker.ts";
import {
	LOCKS_PREFIX,
	parseKey,
	REPOSITORIES_PREFIX,
} from "../../layout/paths.ts";
import { StoreError } from "../../store/errors.ts";
import type { ObjectStore } from "../../store/object-store.ts";
import type { Host } from "../host/host.ts";
import { readHostFiles } from "../kept-file/read-host-file.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import type { MarkedTarget } from "./noted-comparison.ts";

/** What a collection could break on, or break. */
export interface StorageLook {
	/** As stores have it; `undefined`: it is another machine's directory, which has none here. */
	readonly identity: string | undefined;
	/** The names of the lock files. */
	readonly locks: readonly string[];
	readonly marker: MarkerState;
	/** Keys of links that are none: some of them. */
	readonly brokenLinks: readonly string[];
}

/**
 * What regmigrate's marker says of a storage. `none`: it is no target of a migration. `source`: the last pass has left out
 * nothing of that. Anything else is a clause that says why blobs may be missing.
 */
export type MarkerState =
	| "none"
	| Omit<MarkedTarget, "identity">
	| { readonly incomplete: string };

/** Reads a marker's text. */
export function markerState(text: string): MarkerState {
	const marker = parseMarkerText(text);
	if (marker === undefined || !("source" in marker)) return "none";
	const source = String(marker.source);
	const said = new Map<string, unknown>(Object.entries(marker));
	const says = (name: string) => Boolean(said.get(name));
	if (says("writing"))
		return { incomplete: "a pass writes to it, or was killed" };
	if (partialityOf(marker) !== undefined)
		return { incomplete: "the last pass left out a part of the source" };
	if (says("unproven"))
		return {
			incomplete: "it has blobs of another tool that nobody has read yet",
		};
	if (says("snapshot"))
		return { incomplete: "it was filled from a snapshot alone" };
	return { source, lastPass: lastPassOf(marker) };
}

/** Which links are looked at. */
export type Sections = readonly ("revisions" | "layers")[];

/** Most broken links that are named. */
const EXAMPLES = 10;

/** A link holds a digest: of sha256, sha384, sha512. */
const LINK_SIZES = [71, 103, 135];

/** Walking a tree of millions of links takes minutes (ms). */
const WALK_TIMEOUT_MS = 6 * 60 * 60_000;

const FIND = `
cd -- "$1" || exit 3
shift
found=$(find . -type f -name link ! -size 71c ! -size 103c ! -size 135c "$@" 2>/dev/null) || exit 4
printf '%s\\n' "$found" | head -n ${EXAMPLES}`;

/** Looks at a directory of a host. Rejects with a `RegistryError` for what cannot be looked at. */
export async function lookAtDirectory(
	host: Host,
	root: string,
	sections: Sections,
	call: Call,
): Promise<StorageLook> {
	const at = (key: string) => `${root.replace(/\/+$/, "")}/${key}`;
	const [marker] = await readHostFiles(host, [at(MARKER_KEY)], call);
	const locks = await locksIn(host, at(LOCKS_PREFIX), call);
	const brokenLinks = await brokenIn(
		host,
		at(REPOSITORIES_PREFIX),
		sections,
		call,
	);
	return {
		// It has been looked into, so it is there.
		identity: host.isLocal
			? `${pathToFileURL(realpathSync(root)).href}/`
			: undefined,
		marker: marker === undefined ? "none" : markerState(marker.text),
		...{ locks, brokenLinks },
	};
}

async function locksIn(
	host: Host,
	folder: string,
	{ signal }: Call,
): Promise<readonly string[]> {
	const script = 'if [ -d "$1" ]; then ls -- "$1"; fi';
	const { code, stdout } = await host.run(["sh", "-c", script, "sh", folder], {
		signal,
	});
	if (code !== 0) throw unreadable(host, folder);
	return stdout
		.toString()
		.split("\n")
		.filter((name) => name !== "");
}

async function brokenIn(
	host: Host,
	folder: string,
	sections: Sections,
	{ signal }: Call,
): Promise<readonly string[]> {
	const paths = sections.flatMap((section, index) => [
		...(index === 0 ? [] : ["-o"]),
		"-path",
		section === "layers" ? "*/_layers/*" : "*/_manifests/revisions/*",
	]);
	const { code, stdout } = await host.run(
		["sh", "-c", FIND, "sh", folder, "(", ...paths, ")"],
		{ signal, timeoutMs: WALK_TIMEOUT_MS },
	);
	if (code === 3)
		throw new RegistryError(
			"refused",
			`There is no registry in ${folder} on ${host.name}, or it may not be entered by us`,
			{ suggestions: ["Run this as who may, such as root."] },
		);
	if (code !== 0) throw unreadable(host, folder);
	return stdout
		.toString()
		.split("\n")
		.filter((path) => path !== "")
		.map((path) => `${REPOSITORIES_PREFIX}${path.replace(/^\.\//, "")}`);
}

function unreadable(host: Host, folder: string): RegistryError {
	return new RegistryError(
		"permission-denied",
		`Cannot look at all of ${folder} on ${host.name}`,
		{ suggestions: ["Run this as who may read it, such as root."] },
	);
}

/** Looks at a bucket. Rejects with a `StoreError`. */
export async function lookAtStore(
	store: ObjectStore,
	sections: Sections,
	{ signal }: Call,
): Promise<StorageLook> {
	const locks: string[] = [];
	for await (const { objects } of store.list({ prefix: LOCKS_PREFIX, signal }))
		for (const { key } of objects) {
			const lock = parseKey(key);
			if (lock?.kind === "lock") locks.push(lock.name);
		}
	const brokenLinks: string[] = [];
	for await (const { objects } of store.list({
		prefix: REPOSITORIES_PREFIX,
		signal,
	}))
		for (const { key, size } of objects)
			if (
				brokenLinks.length < EXAMPLES &&
				!LINK_SIZES.includes(size) &&
				isRead(key, sections)
			)
				brokenLinks.push(key);
	const { identity } = store;
	const marker = await markerIn(store, signal);
	return { identity, locks, marker, brokenLinks };
}

function isRead(key: string, sections: Sections): boolean {
	const kind = parseKey(key)?.kind;
	return (
		(sections.includes("revisions") &&
			(kind === "revision" || kind === "signature")) ||
		(sections.includes("layers") && kind === "layer")
	);
}

async function markerIn(
	store: ObjectStore,
	signal: AbortSignal | undefined,
): Promise<MarkerState> {
	try {
		await using reader = await store.get(MARKER_KEY, { signal });
		// What is longer is no marker, whatever it is.
		if (reader.meta.size > MAX_MARKER_BYTES) return markerState("");
		const bytes = await reader.bytes(MAX_MARKER_BYTES);
		return markerState(Buffer.from(bytes).toString());
	} catch (error) {
		if (error instanceof StoreError && error.code === "not-found")
			return "none";
		throw error;
	}
}
