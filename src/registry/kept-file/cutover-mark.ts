import { createHash } from "node:crypto";
import * as v from "valibot";
import type { Host } from "../host/host.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { keptPlace } from "./kept-place.ts";
import { readHostFile } from "./read-host-file.ts";

const MARK = v.object({
	id: v.string(),
	operator: v.string(),
	host: v.string(),
	journal: v.string(),
	since: v.string(),
});

/** Whose cutover a registry is in, as it is noted on a node's host: for others, who have another state directory. */
export interface CutoverMark {
	/** The cutover's own. */
	readonly id: string;
	/** `operator@host`. */
	readonly operator: string;
	/** Where its journal is: host and path. */
	readonly host: string;
	readonly journal: string;
	/** ISO 8601. */
	readonly since: string;
}

/**
 * Puts a mark where none is, as a whole or not at all, and prints the one that is there then. One that is stale, `$3`, is
 * replaced first, if it is still there: by whoever makes the link that is named after it, which one at a time can.
 */
const TAKE = `
set -eu
umask 077
mark=$1
mkdir -p -- "$(dirname -- "$mark")"
printf '%s\\n' "$2" >"$mark.$4"
sync "$mark.$4" 2>/dev/null || :
if [ -n "$3" ] && ln -- "$mark.$4" "$mark.after-$5" 2>/dev/null; then
	[ "$(cat -- "$mark" 2>/dev/null)" != "$3" ] || mv -f -- "$mark.$4" "$mark"
	rm -f -- "$mark.after-$5"
fi
ln -- "$mark.$4" "$mark" 2>/dev/null || :
rm -f -- "$mark.$4"
cat -- "$mark"
`;

/** Removes a mark if it is this one. The folder goes with the last file. */
const DROP = `
[ "$(cat -- "$1" 2>/dev/null)" = "$2" ] || exit 0
rm -f -- "$1"
rmdir -- "$(dirname -- "$1")" 2>/dev/null || :
`;

/** Where a node is marked that is known by its URL. */
const PLACE = `
printf '%s' "\${XDG_STATE_HOME:-$HOME/.local/state}/regmigrate/registry-$1"`;

/** Where a node is marked. */
export interface MarkedPlace {
	/** The node's name. */
	readonly name: string;
	readonly host: Host;
	/** Path of its configuration; the URL of a node that has none that is known. */
	readonly at: string | URL;
}

/**
 * Marks a node, on its own host, as one that is in this cutover. Safe to repeat. `isStale` says of another's mark whether
 * that one is known to have ended. Rejects with a `RegistryError`: `refused` when the node is in another cutover.
 */
export async function takeMark(
	{ name, host, at }: MarkedPlace,
	mark: CutoverMark,
	isStale: (other: CutoverMark) => boolean,
	call: Call = {},
): Promise<void> {
	const path = await markPath(host, at, call);
	const words = [path, JSON.stringify(mark)];
	const take = async (stale: string, id: string) =>
		await shell(host, TAKE, [...words, stale, mark.id, id], call);
	let text = await take("", "");
	const stale = parsed(text);
	if (stale !== undefined && stale.id !== mark.id && isStale(stale))
		text = await take(text, stale.id);
	const found = parsed(text);
	if (found?.id === mark.id) return;
	if (found === undefined)
		throw new RegistryError(
			"refused",
			`It cannot be told whether ${name} is in another cutover: ${path} on ${host.name}, which says so, is damaged. Nothing was changed`,
			{
				suggestions: [
					"Look with regmigrate status, with each --state-directory that was ever named for this registry, which of its cutovers has not ended.",
					"If none has, or the one that is gone on with here, remove that file, and run this again.",
				],
			},
		);
	throw new RegistryError(
		"refused",
		`${name} is in another cutover, begun by ${found.operator} (${found.since}), whose journal is ${found.journal} on ${found.host}; that has not ended. Nothing was changed`,
		{
			suggestions: [
				"Run that one again, with its --state-directory: it goes on, or goes back.",
				`If what it has kept is lost, bring the registry back by ${at instanceof URL ? "its own commands" : "restore.sh beside the original of its configuration"}, and remove ${path} on ${host.name}.`,
			],
		},
	);
}

/** Removes the mark, if it is this one. Safe to repeat. Rejects with a `RegistryError`. */
export async function dropMark(
	{ host, at }: MarkedPlace,
	mark: CutoverMark,
	call: Call = {},
): Promise<void> {
	const path = await markPath(host, at, call);
	await shell(host, DROP, [path, JSON.stringify(mark)], call);
}

/**
 * Beside the folder of the original, which comes and goes: `DIR/.regmigrate/NAME.cutover`. Or, by the node's URL, where its
 * host's user keeps state.
 */
async function markPath(
	host: Host,
	at: MarkedPlace["at"],
	call: Call,
): Promise<string> {
	if (at instanceof URL) {
		const hash = createHash("sha256").update(at.origin).digest("hex");
		return await shell(host, PLACE, [`${hash.slice(0, 16)}.cutover`], call);
	}
	const { target } = await readHostFile(host, at, call);
	return `${keptPlace(target).folder}.cutover`;
}

async function shell(
	host: Host,
	script: string,
	words: readonly string[],
	call: Call,
): Promise<string> {
	const { code, stdout, stderr } = await host.run(
		["sh", "-c", script, "sh", ...words],
		call,
	);
	if (code === 0) return stdout.toString().trim();
	throw new RegistryError(
		"failed",
		`Cannot note on ${host.name} that its registry is in a cutover: ${stderr.trim()}`,
	);
}

function parsed(text: string): CutoverMark | undefined {
	try {
		const result = v.safeParse(MARK, JSON.parse(text));
		return result.success ? result.output : undefined;
	} catch {
		// Somebody has written it by hand.
		return undefined;
	}
}
