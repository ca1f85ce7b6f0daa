import { shellWords } from "../host/shell-words.ts";

/** What differs between the scripts of the two folders: where the original is kept, and where it was put aside. */
interface Variant {
	/** What it does: lines of a comment. */
	readonly about: string;
	/** The files beside it that the file may be, unless it was changed by somebody else. */
	readonly ours: readonly string[];
	/** Since when somebody else may not have changed it. */
	readonly since: string;
	/** Said in the end. */
	readonly after: string;
}

/**
 * The script beside an original that puts the file back without regmigrate. It refuses when the file is no longer what we
 * wrote, unless it is given `--force`. `effective` are the commands that make it effective, as a person would type them:
 * they are shown, not run.
 */
export function restoreScript(
	target: string,
	effective: readonly string[],
): string {
	return script(target, effective, {
		about: `# Puts a configuration file back as it was before regmigrate first changed it, with its owner and mode.`,
		ours: ["written", "next"],
		since: "since regmigrate wrote it",
		after: "as it was before regmigrate",
	});
}

/** As `restoreScript`, beside an original that is put aside: it refuses when the file is no longer what was accepted. */
export function acceptedRestoreScript(
	target: string,
	effective: readonly string[],
): string {
	return script(target, effective, {
		about: `# Puts a configuration file back as it was before the registry was moved to another storage, with its owner and
# mode. For emergencies: with it the registry is on its former storage again, and WITHOUT ALL THAT WAS PUSHED SINCE.
# What was pushed is brought back by: regmigrate rollback`,
		ours: ["accepted"],
		since:
			"since the registry was moved, by regmigrate too if it was run again",
		after:
			"as it was before the registry was moved: it lacks what was pushed since",
	});
}

function script(
	target: string,
	effective: readonly string[],
	{ about, ours, since, after }: Variant,
): string {
	const todo = effective.map(
		(command) => `	say ${shellWords([`    ${command}`])}`,
	);
	const [first] = ours;
	const isNotOurs = ours
		.map((name) => `! cmp -s "$file" "$kept/${name}"`)
		.join(" && ");
	return String.raw`#!/bin/sh
${about}
# Needs nothing of regmigrate. Run it as root, or as the owner of the file:
#
#     sh restore.sh            refuses when somebody else has changed the file since
#     sh restore.sh --force    puts the original back all the same
#
# The original is the file "original" in this folder; "${first}" is what regmigrate left there last.

set -eu
umask 077

file=${shellWords([target])}
kept=$(cd -- "$(dirname -- "$0")" && pwd -P)

say() { printf '%s\n' "$*"; }

then_do() {
	say 'To make it effective:'
${todo.join("\n")}
}

if [ ! -e "$kept/original" ]; then
	say "No original of $file is kept in $kept." >&2
	exit 1
fi
if cmp -s "$file" "$kept/original"; then
	say "$file is as it was already."
	then_do
	exit 0
fi

if [ "${"$"}{1-}" != --force ] && [ -e "$file" ]; then
	if [ -e "$kept/mixed" ]; then
		say "$file was changed by somebody else between regmigrate's changes, and the original lacks that." >&2
		say "Compare them, and undo what is regmigrate's by hand; or: sh $0 --force" >&2
		exit 1
	fi
	if ${isNotOurs}; then
		say "$file was changed by somebody else ${since}, and the original lacks that." >&2
		say "Compare it with $kept/${first}; or: sh $0 --force" >&2
		exit 1
	fi
fi

# The file is replaced as a whole or not at all.
new=$(dirname "$file")/.$(basename "$file").restored
rm -f "$new"
cp -p --preserve=context "$kept/original" "$new" 2>/dev/null || cp -p "$kept/original" "$new"
sync
mv -f "$new" "$file"
sync
say "$file is ${after}."
then_do
`;
}
