import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "files");

/** A configuration in the manner of real ones. */
export interface ConfigurationFile {
	readonly name: string;
	readonly text: string;
}

/** All of them, by name. */
export const CONFIGURATION_FILES: readonly ConfigurationFile[] = readdirSync(
	FOLDER,
)
	.filter((name) => name.endsWith(".yml"))
	.sort()
	.map((name) => ({ name, text: readFileSync(join(FOLDER, name), "utf8") }));
