import { basename } from "node:path";
import { readHostFile } from "../kept-file/read-host-file.ts";
import type { Call } from "../node.ts";
import type { Settings } from "../settings.ts";
import { type KeyFile, STORAGE_FOLDER } from "./planned-values.ts";
import type { ReleaseAccess } from "./release-access.ts";

/** Settings whose key file is in the storage Secret, and that file. */
export interface MountedSettings {
	readonly asked: Settings;
	readonly keyFile: KeyFile | undefined;
}

/**
 * Takes Google's key file, which no pod finds where it is on this machine, into the storage Secret. Rejects as
 * `readHostFile` does.
 */
export async function mountKeyFile(
	{ host }: ReleaseAccess,
	asked: Settings,
	call?: Call,
): Promise<MountedSettings> {
	const { storage } = asked;
	const path = storage?.parameters.keyfile;
	if (storage === undefined || typeof path !== "string")
		return { asked, keyFile: undefined };
	const { text } = await readHostFile(host, path, call);
	const key = basename(path);
	const keyfile = `${STORAGE_FOLDER}/${key}`;
	const parameters = { ...storage.parameters, keyfile };
	return {
		asked: { ...asked, storage: { ...storage, parameters } },
		keyFile: { key, text },
	};
}
