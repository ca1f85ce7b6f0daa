import type { Target } from "./target.ts";

/** Whether a target's environment holds keys that a registry could be given. */
export function hasKeys({ url, environment }: Target): boolean {
	const names = KEYS[url.protocol] ?? [];
	return names.some((name) => Boolean(environment[name]));
}

/** Variables that hold keys, or parts of them, by the scheme of the store. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
	"s3:": ["AWS_ACCESS_KEY_ID"],
	"gs:": ["GOOGLE_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS"],
	"az:": [
		"AZURE_STORAGE_KEY",
		"AZURE_STORAGE_CONNECTION_STRING",
		"AZURE_STORAGE_SAS_TOKEN",
		"AZURE_CLIENT_SECRET",
	],
};
