/** What the scripts that change files have in common: POSIX shell, with busybox as well. Ends when a command fails. */
export const SCRIPT_FUNCTIONS = `
set -eu
export LC_ALL=C
umask 077

# Old ones of busybox take no names.
durable() { sync "$@" 2>/dev/null || sync; }
duplicate() {
	rm -f "$2"
	cp -p --preserve=context "$1" "$2" 2>/dev/null || cp -p "$1" "$2"
}
# Writes the text of a program: durable, and as a whole or not at all.
put_program() {
	printf %s "$1" >"$2.new"
	chmod 700 "$2.new"
	durable "$2.new"
	mv -f "$2.new" "$2"
}
`;
