import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Everything below a directory, directories too: names, modes, sizes, time stamps (ns) and contents, one line each. */
export function snapshotTree(root: string): readonly string[] {
	return readdirSync(root, { recursive: true, encoding: "utf8" })
		.sort()
		.map((name) => {
			const path = join(root, name);
			const stats = lstatSync(path, { bigint: true });
			const content = stats.isFile()
				? createHash("sha256").update(readFileSync(path)).digest("hex")
				: "";
			return [name, stats.mode, stats.size, stats.mtimeNs, content].join(" ");
		});
}

/** The keys of all files below a directory, in order. */
export function treeKeys(root: string): readonly string[] {
	return readdirSync(root, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
		.sort();
}
