import { rmSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd } from "./at-end.ts";

/** Where a server keeps log and data. */
export interface ServerFolder {
	readonly path: string;
	/** Removes the folder, when it is only the server's. */
	leave(): Promise<void>;
}

/** The folder that was chosen, which stays; without one a temporary folder that goes with the server. */
export async function serverFolder(
	chosen: string | undefined,
): Promise<ServerFolder> {
	if (chosen !== undefined) {
		await mkdir(chosen, { recursive: true });
		return { path: chosen, leave: async () => undefined };
	}
	const path = await mkdtemp(join(tmpdir(), "regmigrate-s3-"));
	const callOff = atEnd(() =>
		rmSync(path, { recursive: true, force: true, maxRetries: 5 }),
	);
	return {
		path,
		leave: async () => {
			callOff();
			await rm(path, { recursive: true, force: true });
		},
	};
}
