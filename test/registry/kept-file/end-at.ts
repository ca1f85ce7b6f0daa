import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { putProgramOnPath } from "../support/program-on-path.ts";

/** All that changes something on the disk, by its command. */
const COMMANDS = ["mkdir", "cp", "cat", "chmod", "sync", "mv", "rm"];

/**
 * Lets the commands of scripts count, and the one of this number end its script instead of doing its work. Answers how
 * many there were. Ends with the test, or when the PATH is put back.
 */
export function endAt(number: number): () => number {
	const script = `
PATH=\${PATH#"\${0%/*}":}
echo >>"\${0%/*}/count"
[ "$(wc -l <"\${0%/*}/count")" != ${number} ] || kill -9 0
exec "\${0##*/}" "$@"`;
	const [first = "", ...others] = COMMANDS;
	const folder = putProgramOnPath(first, script);
	for (const command of others)
		copyFileSync(join(folder, first), join(folder, command));
	return () => readFileSync(join(folder, "count")).length;
}
