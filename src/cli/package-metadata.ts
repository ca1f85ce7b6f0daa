import { resolve } from "node:path";
import packageMetadata from "../../package.json" with { type: "json" };

/** The package's own description. Here and nowhere else the program looks for files of its own. */
export const PACKAGE: {
	readonly name: string;
	readonly version: string;
	readonly description: string;
} = packageMetadata;

/** The directory that the program lies in. */
export const PACKAGE_ROOT: string = resolve(import.meta.dirname, "../..");
