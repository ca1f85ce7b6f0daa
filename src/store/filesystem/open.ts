import { accessSync, constants, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { OpenOptions } from "../environment.ts";
import { StoreError } from "../errors.ts";
import { limit } from "../limit.ts";
import type { ObjectStore } from "../object-store.ts";
import { refusing, withoutSecrets } from "../store-url.ts";
import { fromFilesystem } from "./errors.ts";
import { FilesystemStore } from "./filesystem-store.ts";

/**
 * Opens the directory that a `file:` URL names. Throws a `StoreError` when there is none, and when it is going to be
 * written and cannot be: it is mounted read-only, or somebody else's.
 */
export function open(
	url: URL,
	{ isWritten = false, takenAfterMs, limits }: OpenOptions = {},
): ObjectStore {
	const refuse = refusing(withoutSecrets(url.href));
	if (url.search !== "" || url.hash !== "") {
		throw refuse(
			"a file: URL has no options",
			'Write "?" as %3F and "#" as %23 when they are part of the path.',
		);
	}
	const about = { store: url.href, operation: "open" };
	let root: string;
	try {
		root = fileURLToPath(url).replace(/(?<=.)\/+$/, "");
	} catch (error) {
		const reason =
			url.hostname === ""
				? "its path is not percent-encoded as a file: URL's is"
				: "a file: URL names no host";
		throw new StoreError("unsupported", reason, {
			...about,
			cause: error,
			suggestions: ["Write a path, or file:///PATH."],
		});
	}
	try {
		if (!statSync(root).isDirectory())
			throw refuse("it is a file, not a directory", "Name a directory.");
		if (isWritten) proveWritable(root, url);
		return limit(new FilesystemStore(root, { takenAfterMs }), limits);
	} catch (error) {
		throw fromFilesystem(error, about);
	}
}

/** Asks the kernel, which answers for root too: nothing is written to find it out. */
function proveWritable(root: string, url: URL): void {
	try {
		accessSync(root, constants.W_OK | constants.X_OK);
	} catch (error) {
		throw fromFilesystem(error, { store: url.href, operation: "write" });
	}
}
