import { createHash } from "node:crypto";
import { lastWords } from "../host/ending.ts";
import type { Host } from "../host/host.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import type { HostFile } from "./host-file.ts";
import { keptPlace } from "./kept-place.ts";
import { REPLACE_EXITS, REPLACE_SCRIPT, REPLACED } from "./replace-script.ts";
import { restoreScript } from "./restore-script.ts";

export interface ReplaceOptions extends Call {
	/** Commands that make it effective, as a person would type them: `restore.sh` shows them. Never a secret. */
	readonly effective: readonly string[];
}

/** Throws a `RegistryError` (`permission-denied`) when it is known that the file cannot be replaced by us. */
export function requireReplaceable({ path, obstacle }: HostFile, host: Host) {
	if (obstacle === undefined) return;
	throw new RegistryError(
		"permission-denied",
		`Cannot replace ${path} on ${host.name}: ${obstacle}; it is as it was`,
		{
			suggestions: [
				"Run this as root or as the owner of the file; or name, with ssh or via, another place from which the file can be replaced.",
			],
		},
	);
}

/**
 * Replaces a file as a whole or not at all, with its owner, group and mode, and keeps its original, if none is kept yet,
 * with a `restore.sh` beside it (`keptPlace`). Safe to repeat, also after it was ended somewhere in between. Rejects with a
 * `RegistryError`, and leaves the file as it is: `changed`, when it is no longer as it was read; `permission-denied`;
 * `failed`.
 */
export async function replaceHostFile(
	host: Host,
	file: HostFile,
	text: string,
	{ effective, signal }: ReplaceOptions,
): Promise<void> {
	requireReplaceable(file, host);
	const { target, sha256: expected } = file;
	const { folder } = keptPlace(target);
	const wanted = createHash("sha256").update(text).digest("hex");
	const restore = restoreScript(target, effective);
	const words = [target, folder, expected, wanted, restore];
	const { code, stdout, stderr } = await host.run(
		["sh", "-c", REPLACE_SCRIPT, "sh", ...words],
		{ signal, input: text },
	);
	if (code !== 0)
		throw failure(file, host, {
			code,
			stderr,
			isReplaced: stdout.includes(REPLACED),
		});
}

interface Failure {
	readonly code: number | undefined;
	readonly stderr: string;
	readonly isReplaced: boolean;
}

function failure(
	{ path, target }: HostFile,
	host: Host,
	{ code, stderr, isReplaced }: Failure,
): RegistryError {
	const where = `${path} on ${host.name}`;
	const said = lastWords(stderr);
	if (isReplaced)
		return new RegistryError(
			"failed",
			`${where} was replaced, but it is not certain that it outlasts a power failure${said}`,
			{ suggestions: ["Run the same command again."] },
		);
	switch (code) {
		case REPLACE_EXITS.changed:
			return new RegistryError(
				"changed",
				`Cannot replace ${where}: somebody has changed it since it was read; it is left as they made it`,
				{
					suggestions: [
						"Look whether a configuration management or another administrator is at it, then run the same command again.",
					],
				},
			);
		case REPLACE_EXITS.attributes:
			return new RegistryError(
				"permission-denied",
				`Cannot replace ${where}: its owner, group and mode could not be kept; it is as it was`,
				{ suggestions: ["Run this as root, or as the owner of the file."] },
			);
		case REPLACE_EXITS.garbled:
			return new RegistryError(
				"failed",
				`Cannot replace ${where}: what was to be written did not arrive as it was sent; it is as it was`,
				{
					suggestions: [
						'A command of via has to pass on what it reads: "docker exec -i", without -t.',
					],
				},
			);
		default:
			return new RegistryError(
				"failed",
				`Cannot replace ${target} on ${host.name}${said}; it is as it was`,
			);
	}
}
