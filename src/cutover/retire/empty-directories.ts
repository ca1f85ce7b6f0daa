import { readdirSync, rmdirSync } from "node:fs";
import { errno } from "../../store/filesystem/errors.ts";

/** Removes directories that hold nothing, from the innermost on, and the outermost too; follows no links. */
export function removeEmptyDirectories(path: string): void {
	try {
		for (const entry of readdirSync(path, { withFileTypes: true }))
			if (entry.isDirectory()) removeEmptyDirectories(`${path}/${entry.name}`);
		rmdirSync(path);
	} catch (error) {
		// It is gone, or holds something that is not the registry's.
		if (!["ENOENT", "ENOTEMPTY", "EBUSY"].includes(errno(error) ?? ""))
			throw error;
	}
}
