import { access, constants, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** Whether the path is a file that we may execute. */
export async function isExecutable(path: string): Promise<boolean> {
	try {
		await access(path, constants.X_OK);
		return (await stat(path)).isFile();
	} catch {
		// Whatever the reason, it cannot be run.
		return false;
	}
}

/** The first executable of that name on the PATH. */
export async function findExecutable(
	name: string,
): Promise<string | undefined> {
	for (const folder of (process.env.PATH ?? "").split(delimiter)) {
		if (folder === "") continue;
		const path = join(folder, name);
		if (await isExecutable(path)) return path;
	}
	return undefined;
}
