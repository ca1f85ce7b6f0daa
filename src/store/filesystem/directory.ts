import { isUtf8 } from "node:buffer";
import { readdirSync, statSync } from "node:fs";
import { compareKeys } from "../key.ts";
import { errno } from "./errors.ts";

/** What a directory holds. */
export interface DirectoryContent {
	/** Ascending; directories are spelled `name/`, so that the order is that of the keys. */
	readonly names: readonly string[];
	/** Those of the directories that are symbolic links. */
	readonly links: ReadonlySet<string>;
	/** Names whose bytes are not UTF-8, as far as they can be shown; they are not among `names`. */
	readonly invalid: readonly string[];
}

/** For a directory without symbolic links to directories. */
export const NO_LINKS: ReadonlySet<string> = new Set();

/** Reads a directory; `path` ends in "/". Throws what Node throws. */
export function readDirectory(path: string): DirectoryContent {
	const names: string[] = [];
	let links: Set<string> | undefined;
	let sortsByUnits = true;
	for (const entry of readdirSync(path, { withFileTypes: true })) {
		if (sortsByUnits && ABOVE_D7FF.test(entry.name)) sortsByUnits = false;
		if (entry.isDirectory()) {
			names.push(`${entry.name}/`);
		} else if (entry.isSymbolicLink() && leadsToDirectory(path + entry.name)) {
			names.push(`${entry.name}/`);
			links ??= new Set();
			links.add(`${entry.name}/`);
		} else {
			names.push(entry.name);
		}
	}
	const content = {
		names: sortsByUnits ? names.sort() : names.sort(compareKeys),
		links: links ?? NO_LINKS,
		invalid: [],
	};
	if (sortsByUnits) return content;
	return names.some((name) => name.includes(REPLACEMENT))
		? withoutInvalid(path, content)
		: content;
}

/** What Node shows where the bytes of a name are not UTF-8. It can also be a real character: the bytes decide. */
const REPLACEMENT = "\uFFFD";

function withoutInvalid(
	path: string,
	{ names, links }: DirectoryContent,
): DirectoryContent {
	const raw = readdirSync(path, { encoding: "buffer" });
	const valid = new Set(raw.filter((name) => isUtf8(name)).map(String));
	const isValid = (name: string) =>
		!name.includes(REPLACEMENT) || valid.has(name.replace(/\/$/, ""));
	return {
		// Several names can be shown as the same one.
		names: [...new Set(names.filter(isValid))],
		links,
		invalid: raw.filter((name) => !isUtf8(name)).map(String),
	};
}

/** Whether the directory that held this name a moment ago still does. Unknown counts as yes (I2). */
export function isListed(root: string, key: string): boolean {
	const slash = key.lastIndexOf("/") + 1;
	try {
		return readdirSync(root + key.slice(0, slash)).includes(key.slice(slash));
	} catch (error) {
		// The parent may be gone as well; its own parent then says so. Any other trouble leaves the name unknown.
		return (
			errno(error) !== "ENOENT" ||
			slash === 0 ||
			isListed(root, key.slice(0, slash - 1))
		);
	}
}

function leadsToDirectory(link: string): boolean {
	try {
		return statSync(link, { throwIfNoEntry: false })?.isDirectory() ?? false;
	} catch {
		// What the link leads to cannot be looked at; the walk meets the same error at this name and reports it.
		return false;
	}
}

const ABOVE_D7FF = /[\uD800-\uFFFF]/;
