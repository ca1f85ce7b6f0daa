import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { Flags } from "@oclif/core";
import { liesIn } from "../store/filesystem/place.ts";
import { UsageError } from "./usage-error.ts";

/** Where root's services keep what must outlive them. Source: Filesystem Hierarchy Standard 3.0, /var/lib. */
const ROOT_STATE = "/var/lib/regmigrate";

/** The flag of every command that keeps something from run to run. */
export const stateFlags = {
	"state-directory": Flags.string({
		helpValue: "DIRECTORY",
		description:
			"what one run notes for the next: the index, begun uploads, how a verification came out (default: $XDG_STATE_HOME/regmigrate, ~/.local/state/regmigrate; for root /var/lib/regmigrate)",
	}),
};

/**
 * The directory that keeps what must outlive the process: the one that is named, else where the XDG Base Directory
 * Specification has it, which passes over relative paths; root's is the machine's. Throws a `UsageError` when the one that
 * is named has no name.
 */
export function stateDirectory(
	named: string | undefined,
	environment: Readonly<Record<string, string | undefined>>,
	userId: number | undefined,
): string {
	if (named === "")
		throw new UsageError("--state-directory is empty", [
			"Name a directory, or leave the flag out.",
		]);
	if (named !== undefined) return resolve(named);
	const { XDG_STATE_HOME } = environment;
	if (XDG_STATE_HOME !== undefined && isAbsolute(XDG_STATE_HOME))
		return join(XDG_STATE_HOME, "regmigrate");
	if (userId === 0) return ROOT_STATE;
	return join(homedir(), ".local/state/regmigrate");
}

/** Where the index of a source and a target is; by their identities, however they were spelled. */
export function indexPath(
	directory: string,
	source: { readonly identity: string },
	target: { readonly identity: string },
): string {
	const name = createHash("sha256")
		.update(`${source.identity}\n${target.identity}`)
		.digest("hex")
		.slice(0, 16);
	return join(directory, `${name}.index`);
}

/** Throws a `UsageError` when the directory lies in a store: the source is never written (I3), the target is the registry's. */
export function guardStatePlace(
	directory: string,
	{ identity, url }: { readonly identity: string; readonly url: string },
): void {
	if (!liesIn(directory, identity)) return;
	throw new UsageError(
		`The state directory ${directory} lies in ${url}, where nothing but the registry belongs`,
		["Name another one with --state-directory."],
	);
}
