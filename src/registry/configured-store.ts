import { createReadStream } from "node:fs";
import { access, constants } from "node:fs/promises";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { oddFile } from "../store/filesystem/odd-file.ts";
import { ConfigurationError } from "./configuration-error.ts";
import { locate } from "./drivers.ts";
import type { DatabaseSetting } from "./metadata-mode.ts";
import type { StoreLocation } from "./store-location.ts";

/** What the name of a store begins with that is another's configuration. */
const SCHEME = "config:";

/** How such names are written. */
export const CONFIGURATION_FORM = "config:/PATH/config.yml";

/** More than any registry's configuration has (bytes). */
const MAX_BYTES = 4 * 1024 * 1024;

/** Whether a text names a store by the configuration of the registry that uses it. */
export function isConfiguration(text: string): boolean {
	return text.startsWith(SCHEME);
}

/** What a registry's configuration says of its storage. */
export interface ConfiguredStore extends StoreLocation {
	/** What it says of a metadata database; `undefined`: nothing. */
	readonly database: DatabaseSetting | undefined;
}

/**
 * Reads `config:PATH?OPTION=VALUE&…`, the configuration of a Distribution or GitLab registry, for where its objects are.
 * Options are those of the store's URL, and go before what the configuration says. Variables that override the
 * configuration in the registry's own process (REGISTRY_STORAGE_…) are not known here. Rejects with a
 * `ConfigurationError`.
 */
export async function readConfiguration(
	name: string,
): Promise<ConfiguredStore> {
	const rest = name.slice(SCHEME.length);
	const [path = ""] = rest.split("?", 1);
	const options = new URLSearchParams(rest.slice(path.length));
	const file = resolve(path);
	const content = path === "" ? "" : await read(file);
	if (content.trim() === "")
		throw new ConfigurationError(
			"malformed",
			path,
			path === "" ? "it is not named" : "it is empty",
			{ suggestions: [`Write ${CONFIGURATION_FORM}.`] },
		);
	// Only here: whoever names stores by URLs does not wait for a parser of YAML.
	const { parseStorage } = await import("./storage-section.ts");
	const { parseDatabase } = await import("./database-section.ts");
	const { url, environment } = locate(parseStorage(content, file), file);
	await checkKeyFile(environment.GOOGLE_APPLICATION_CREDENTIALS, file);
	const database = parseDatabase(content, file);
	return { url: withOptions(url, options), environment, database };
}

/** The URL with options that go before its own. A realm is another way to name an endpoint. */
function withOptions(url: URL, options: URLSearchParams): URL {
	const changed = new URL(url);
	for (const name of options.keys()) {
		changed.searchParams.delete(name);
		if (name === "endpoint") changed.searchParams.delete("realm");
		if (name === "realm") changed.searchParams.delete("endpoint");
	}
	for (const [name, value] of options) changed.searchParams.append(name, value);
	return changed;
}

async function read(file: string): Promise<string> {
	let content: string;
	try {
		const odd = oddFile(file);
		if (odd !== undefined)
			throw new ConfigurationError("unreadable", file, odd);
		content = await text(createReadStream(file, { end: MAX_BYTES }));
	} catch (error) {
		if (error instanceof ConfigurationError) throw error;
		const code = error instanceof Error && "code" in error ? error.code : "";
		const { reason, suggestions } = READ_ERRORS[String(code)] ?? {
			reason: `it cannot be read (${code})`,
			suggestions: [],
		};
		throw new ConfigurationError("unreadable", file, reason, {
			suggestions,
			cause: error,
		});
	}
	if (content.length <= MAX_BYTES) return content;
	const reason = "it is longer than a registry's configuration is";
	throw new ConfigurationError("malformed", file, reason);
}

/** What may be wrong with the file, by the codes of Node's errors. */
const READ_ERRORS: Readonly<
	Record<
		string,
		{ readonly reason: string; readonly suggestions: readonly string[] }
	>
> = {
	ENOENT: {
		reason: "there is no such file",
		suggestions: [
			"Distribution's is /etc/docker/registry/config.yml, that of GitLab's Linux package /var/opt/gitlab/registry/config.yml.",
		],
	},
	ENOTDIR: { reason: "there is no such file", suggestions: [] },
	EACCES: {
		reason: "it may not be read",
		suggestions: ["Run this as a user who may read it, or as root."],
	},
	EISDIR: {
		reason: "it is a directory",
		suggestions: [
			"Name the file in it, config.yml; a registry's storage itself is named by its path alone.",
		],
	},
};

/** The registry may have it elsewhere than this machine: said here, not by a library that suggests other ways. */
async function checkKeyFile(
	keyFile: string | undefined,
	file: string,
): Promise<void> {
	if (keyFile === undefined) return;
	try {
		await access(keyFile, constants.R_OK);
	} catch (error) {
		throw new ConfigurationError(
			"unsupported",
			file,
			`its gcs.keyfile, ${keyFile}, cannot be read on this machine`,
			{
				suggestions: [
					"Put the key there, or name in a copy of the file where it is.",
				],
				cause: error,
			},
		);
	}
}
