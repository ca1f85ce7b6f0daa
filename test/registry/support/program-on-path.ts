import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "./temporary-folder.ts";

/** Puts a shell script on the PATH, before all else, for as long as the test runs. Answers the folder that it is in. */
export function putProgramOnPath(name: string, script: string): string {
	const folder = temporaryFolder();
	const file = join(folder, name);
	writeFileSync(file, `#!/bin/sh\n${script}\n`);
	chmodSync(file, 0o755);
	const path = process.env.PATH;
	process.env.PATH = `${folder}:${path}`;
	onTestFinished(() => {
		process.env.PATH = path;
	});
	return folder;
}

/**
 * Puts a stand-in for ssh on the PATH. Every destination is this machine, where it does what sshd does: gives the command
 * as one text to the user's shell. `nowhere` cannot be reached. What it was called with is added to the file `calls` in
 * the folder that is answered.
 */
export function putSshOnPath(): string {
	return putProgramOnPath(
		"ssh",
		`
printf '%s\\n' "$*" >>"\${0%/*}/calls"
while :; do
	case $1 in
		-o) shift 2 ;;
		--) shift; break ;;
		*) break ;;
	esac
done
if [ "$1" = nowhere ]; then
	echo "ssh: connect to host nowhere port 22: No route to host" >&2
	exit 255
fi
shift
[ "$1" = -- ] && shift
exec sh -c "$*"`,
	);
}
