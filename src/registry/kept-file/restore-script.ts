import { shellWords } from "../host/shell-words.ts";

/**
 * The script beside an original that puts the file back without regmigrate. It refuses when the file is no longer what we
 * wrote, unless it is given `--force`. `effective` are the commands that make it effective, as a person would type them:
 * they are shown, not run.
 */
export function restoreScript(
	target: string,
	effective: readonly string[],
): string {
	const todo = effective.map(
		(command) => `	say ${shellWords([`    ${command}`])}`,
	);
	return String.raw`#!/bin/sh
# Puts a configuration file back as it was before regmigrate first changed it, with its owner and mode.
# Needs nothing of regmigrate. Run it as root, or as the owner of the file:
#
#     sh restore.sh            refuses when somebody else has changed the file since
#     sh restore.sh --force    puts the original back all the same
#
# The original is the file "original" in this folder; "written" is what regmigrate wrote last.

set -eu
umask 077

file=${shellWords([target])}
kept=$(cd -- "$(dirname -- "$0")" && pwd -P)

say() { printf '%s\n' "$*"; }

then_do() {
	say 'To make it effective:'
${todo.join("\n")}
}

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
	if ! cmp -s "$file" "$kept/written" && ! cmp -s "$file" "$kept/next"; then
		say "$file was changed by somebody else since regmigrate wrote it, and the original lacks that." >&2
		say "Compare it with $kept/written; or: sh $0 --force" >&2
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
say "$file is as it was before regmigrate."
then_do
`;
}
