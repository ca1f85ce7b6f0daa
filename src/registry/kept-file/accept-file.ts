import { lastWords } from "../host/ending.ts";
import type { Host } from "../host/host.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { ACCEPT_SCRIPT } from "./accept-script.ts";
import type { HostFile } from "./host-file.ts";
import { acceptedPlace, keptPlace } from "./kept-place.ts";
import { readHostFile } from "./read-host-file.ts";
import type { ReplaceOptions } from "./replace-host-file.ts";
import { acceptedRestoreScript } from "./restore-script.ts";

/**
 * Makes a file as it is now what there is to go back to (`planUndo`): nothing undoes any more what we changed before. What
 * it went back to until now is put aside under a name (`acceptedPlace`), with all that `planRestore` needs and with a
 * `restore.sh`. Safe to repeat, also after it was ended somewhere in between; the file as it is at the last time is the
 * accepted one. Rejects with a `RegistryError`.
 */
export async function acceptFile(
	host: Host,
	path: string,
	name: string,
	{ effective, signal }: ReplaceOptions,
): Promise<void> {
	const { target } = await readHostFile(host, path, { signal });
	const { folder: kept } = keptPlace(target);
	const { folder: away } = acceptedPlace(target, name);
	const restore = acceptedRestoreScript(target, effective);
	const { code, stderr } = await host.run(
		["sh", "-c", ACCEPT_SCRIPT, "sh", target, kept, away, restore],
		{ signal },
	);
	if (code !== 0)
		throw new RegistryError(
			"failed",
			`Cannot put the original of ${path} on ${host.name} aside${lastWords(stderr)}; the file is as it was`,
			{ suggestions: ["Run the same command again."] },
		);
}

/** Whether anything of a file was put aside when it was accepted, under whatever name. */
export async function isAccepted(
	host: Host,
	{ target }: HostFile,
	{ signal }: Call = {},
): Promise<boolean> {
	const script =
		'for path in "$1"*; do [ ! -d "$path" ] || exit 0; done; exit 1';
	const { folder } = acceptedPlace(target, "");
	const { code } = await host.run(["sh", "-c", script, "sh", folder], {
		signal,
	});
	return code === 0;
}
