import { statSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { StoreError } from "./errors.ts";
import { fromFilesystem } from "./filesystem/errors.ts";
import { FilesystemStore } from "./filesystem/filesystem-store.ts";
import type { Call, ObjectStore } from "./object-store.ts";

/** Something with a scheme, as RFC 3986 spells it; anything else is a path. */
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//;

const SCHEMES = ["file", "s3", "gs", "az"];

const SUGGESTION =
	"Write a path, file:///PATH, s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or az://ACCOUNT/CONTAINER/PREFIX.";

/** The URL that a user's text means; a path becomes a `file:` URL. Throws `unsupported` for anything else. */
export function parseStoreUrl(text: string): URL {
	const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
	if (text === "") throw refusal("", "the name of the store is empty");
	if (scheme === undefined) return pathToFileURL(resolve(text));
	if (!SCHEMES.includes(scheme))
		throw refusal(withoutSecrets(text), `the scheme "${scheme}" is not known`);
	const url = URL.parse(text);
	if (url === null) throw refusal(withoutSecrets(text), "it is not a URL");
	return url;
}

/** Opens the store that a URL names, having made sure that it is there. The caller disposes of it. */
export async function openStore(
	url: URL,
	call: Call = {},
): Promise<ObjectStore> {
	if (url.protocol === "s3:") {
		// Loaded when it is needed: a command on files alone should not wait for the S3 client.
		const { openS3 } = await import("./s3/open.ts");
		return await openS3(url, call);
	}
	if (url.protocol === "gs:") {
		const { openGcs } = await import("./gcs/open.ts");
		return await openGcs(url, call);
	}
	if (url.protocol === "az:") {
		const { openAzure } = await import("./azure/open.ts");
		return await openAzure(url, call);
	}
	return openDirectory(url);
}

function openDirectory(url: URL): ObjectStore {
	if (url.search !== "" || url.hash !== "") {
		throw refusal(
			withoutSecrets(url.href),
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
			suggestions: [SUGGESTION],
		});
	}
	try {
		if (statSync(root).isDirectory()) return new FilesystemStore(root);
	} catch (error) {
		throw fromFilesystem(error, about);
	}
	throw refusal(
		url.href,
		"it is a file, not a directory",
		"Name the directory that holds docker/registry/v2.",
	);
}

function refusal(
	store: string,
	reason: string,
	suggestion: string = SUGGESTION,
): StoreError {
	return new StoreError("unsupported", reason, {
		store,
		operation: "open",
		suggestions: [suggestion],
	});
}

/**
 * The text of a URL for a message: whoever writes credentials into it should not meet them in a log (I7). Secret keys
 * may hold "/" and "@", so all up to the last "@" goes, and so do options, which on other stores can be tokens.
 */
function withoutSecrets(text: string): string {
	return text.replace(/\/\/.*@/s, "//***@").replace(/[?#].*$/s, "");
}
