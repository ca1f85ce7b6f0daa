import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Every file below a directory by its key, in order. */
export function readTree(root: string): ReadonlyMap<string, Buffer> {
	const keys = readdirSync(root, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
		.sort();
	return new Map(keys.map((key) => [key, readFileSync(join(root, key))]));
}

/** One value for all names and contents. */
export function hashTree(tree: ReadonlyMap<string, Buffer>): string {
	const hash = createHash("sha256");
	for (const [key, content] of tree)
		hash.update(`${key}\0${content.length}\0`).update(content);
	return hash.digest("hex");
}
