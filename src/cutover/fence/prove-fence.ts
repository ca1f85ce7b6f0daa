import { spawn } from "node:child_process";
import { once } from "node:events";
import {
	accessSync,
	closeSync,
	constants,
	openSync,
	unlinkSync,
} from "node:fs";
import { text } from "node:stream/consumers";
import type { FencedEntry } from "./fenced-tree.ts";

/** Who has tried to write, and where it could. */
export interface Attempt {
	/** As people say it: `this process (root)`, `user 998`. */
	readonly who: string;
	/** The first place where it could; `undefined`: nowhere. */
	readonly writable: string | undefined;
}

/** Made, and removed at once, where it can be made. No registry takes it for its own. */
const NAME = ".regmigrate-fence";

/** Users whose files these are, at most so many. */
const MAX_OWNERS = 4;

/**
 * Tries to write to entries of a fenced tree: to make a file in a directory, to open a file for writing, to which nothing is
 * written. As this process, which the kernel is asked about before; and where that is root, as those whom they belong to,
 * since registries mostly run as them.
 */
export async function proveFence(
	entries: readonly FencedEntry[],
): Promise<readonly Attempt[]> {
	const isRoot = process.geteuid?.() === 0;
	const own: Attempt = {
		who: isRoot ? "root" : `user ${process.geteuid?.()}`,
		writable: entries.find(canWrite)?.path,
	};
	if (!isRoot) return [own];
	const owners = new Map<string, { uid: number; gid: number }>();
	for (const { stats } of entries)
		if (stats.uid !== 0)
			owners.set(`${stats.uid}:${stats.gid}`, {
				uid: stats.uid,
				gid: stats.gid,
			});
	const attempts = [own];
	for (const owner of [...owners.values()].slice(0, MAX_OWNERS))
		attempts.push(await tryAs(owner, entries));
	return attempts;
}

function canWrite({ path, kind }: FencedEntry): boolean {
	try {
		accessSync(path, constants.W_OK);
		return true;
	} catch {
		// The kernel says no; whether it keeps to that is tried.
	}
	const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL } = constants;
	try {
		if (kind === "file") {
			closeSync(openSync(path, O_WRONLY | O_APPEND));
			return true;
		}
		closeSync(openSync(`${path}/${NAME}`, O_WRONLY | O_CREAT | O_EXCL));
		unlinkSync(`${path}/${NAME}`);
		return true;
	} catch {
		return false;
	}
}

/** Prints what can be written. Appending nothing changes nothing. */
const TRY = `
set -C
for one do
	if [ -d "$one" ]; then
		(: >"$one/${NAME}") 2>/dev/null && rm -f "$one/${NAME}" && echo "$one"
	else
		(: >>"$one") 2>/dev/null && echo "$one"
	fi
done
exit 0
`;

async function tryAs(
	{ uid, gid }: { readonly uid: number; readonly gid: number },
	entries: readonly FencedEntry[],
): Promise<Attempt> {
	const paths = entries.map(({ path }) => path);
	const child = spawn("/bin/sh", ["-c", TRY, "sh", ...paths], {
		...{ uid, gid },
		cwd: "/",
		stdio: ["ignore", "pipe", "ignore"],
	});
	const [written] = await Promise.all([
		text(child.stdout),
		once(child, "exit"),
	]);
	const writable = paths.find((path) => `\n${written}`.includes(`\n${path}\n`));
	return { who: `user ${uid}`, writable };
}
