import { createHash } from "node:crypto";
import { lastWords } from "../host/ending.ts";
import type { Host } from "../host/host.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";

/**
 * Notes on a node's host, in its user's state directory, that its storage was switched: nothing else tells, for all that
 * is known of the operator's commands is how they end. It is a file, named for the node, that holds the place of before; put
 * aside under a name when the configuration is accepted.
 */
export interface SwitchMark {
	/** Durable when it resolves. Safe to repeat: the place that was noted first stays. Under a name: beside the one without. */
	set(place: string, name?: string, call?: Call): Promise<void>;
	/** The place that was noted, also where it was put aside under a name; "": it was not known. `undefined`: none is noted. */
	read(name?: string, call?: Call): Promise<string | undefined>;
	/** Puts it aside under a name. Nothing is done where it is not set. */
	accept(name: string, call?: Call): Promise<void>;
	/** Removes it, or what was put aside under a name. Safe to repeat. */
	clear(name?: string, call?: Call): Promise<void>;
}

/** Words: what to do, the mark's file name, the one under which it is put aside, and the place. */
const SCRIPT = `
set -eu
directory="\${XDG_STATE_HOME:-$HOME/.local/state}/regmigrate"
mark="$directory/$2" away="$directory/$3"
case $1 in
set)
	mkdir -p "$directory"
	[ ! -e "$mark" ] || exit 0
	printf '%s' "$4" >"$mark.new"
	sync "$mark.new" 2>/dev/null || sync
	mv "$mark.new" "$mark"
	;;
read) if [ -e "$mark" ]; then printf 'at '; cat "$mark"; fi; exit 0 ;;
accept) [ ! -e "$mark" ] || mv -f "$mark" "$away" ;;
clear) rm -f "$mark" ;;
esac
sync "$directory" 2>/dev/null || sync`;

export function switchMark(
	host: Host,
	node: { readonly name: string; readonly url: URL },
): SwitchMark {
	const hash = createHash("sha256").update(`${node.name}\n${node.url.origin}`);
	const mark = `hooks-${hash.digest("hex").slice(0, 16)}.switched`;
	const named = (name: string | undefined) =>
		name === undefined ? mark : `${mark}.${name}`;
	const run = async (
		words: readonly [what: string, file: string, away?: string, place?: string],
		call?: Call,
	) => {
		const [what, file, away = mark, place = ""] = words;
		const { code, stdout, stderr } = await host.run(
			["sh", "-c", SCRIPT, "sh", what, file, away, place],
			{ signal: call?.signal },
		);
		if (code === 0) return stdout.toString();
		throw new RegistryError(
			"failed",
			`Cannot note on ${host.name} whether the storage of ${node.name} is switched${lastWords(stderr)}`,
			{
				suggestions: [
					"Make ~/.local/state/regmigrate (or XDG_STATE_HOME) writable there.",
				],
			},
		);
	};
	return {
		set: async (place, name, call) =>
			void (await run(["set", named(name), mark, place], call)),
		async read(name, call) {
			const text = await run(["read", named(name)], call);
			return text === "" ? undefined : text.slice("at ".length);
		},
		accept: async (name, call) =>
			void (await run(["accept", mark, named(name)], call)),
		clear: async (name, call) => void (await run(["clear", named(name)], call)),
	};
}
