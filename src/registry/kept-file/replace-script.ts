import { SCRIPT_FUNCTIONS } from "./script-functions.ts";

/** How the script below ends when it does not end with 0. */
export const REPLACE_EXITS = {
	/** The file is no longer as it was read. */
	changed: 10,
	/** Owner, group and mode cannot be kept. */
	attributes: 11,
	/** What was to be written did not come through as it was sent. */
	garbled: 12,
} as const;

/** What the script prints as soon as the file is the new one. */
export const REPLACED = "replaced";

/**
 * Replaces a file by what it reads. Words: the file, its folder of kept files, the SHA-256 of what it has to hold, that of
 * what it is to hold, and the text of `restore.sh`. In order, each thing durable before the next is begun: the original
 * is kept; what is going to be written is noted; the file is replaced by a rename, right after it was looked at once more.
 * What an earlier run left when it was ended somewhere in between is gone over.
 */
export const REPLACE_SCRIPT = `${SCRIPT_FUNCTIONS}
target=$1 kept=$2 expected=$3 wanted=$4 restore=$5
command -v sha256sum >/dev/null || { echo 'there is no sha256sum' >&2; exit 1; }

hash() { set -- $(sha256sum <"$1"); printf %s "$1"; }

now=$(hash "$target")
if [ "$now" = "$wanted" ] && [ -e "$kept/written" ] && [ "$(hash "$kept/written")" = "$wanted" ]; then
	exit 0
fi
[ "$now" = "$expected" ] || exit ${REPLACE_EXITS.changed}
mkdir -p "$kept"
new=$(dirname "$target")/.$(basename "$target").new
# Also what an earlier run could not, on a disk that is full.
trap 'rm -f "$new" "$kept"/*.new' EXIT
rm -f "$new" "$kept"/*.new

if [ -e "$kept/original" ]; then
	# An earlier run may have been ended between the replacing and its last step.
	if cmp -s "$target" "$kept/next"; then mv -f "$kept/next" "$kept/written"; fi
	if cmp -s "$target" "$kept/original"; then
		rm -f "$kept/mixed"
	elif ! cmp -s "$target" "$kept/written"; then
		: >"$kept/mixed"
	fi
else
	rm -f "$kept/mixed" "$kept/written" "$kept/next"
	duplicate "$target" "$kept/original.new"
	[ "$(hash "$kept/original.new")" = "$expected" ] || exit ${REPLACE_EXITS.changed}
	durable "$kept/original.new"
	mv -f "$kept/original.new" "$kept/original"
fi
put_program "$restore" "$kept/restore.sh"
cat >"$kept/next.new"
[ "$(hash "$kept/next.new")" = "$wanted" ] || exit ${REPLACE_EXITS.garbled}
durable "$kept/next.new"
mv -f "$kept/next.new" "$kept/next"
durable "$kept" "$(dirname "$kept")" "$(dirname "$target")"

# What is copied has the owner, the mode and the lists of access; then it gets another content.
duplicate "$target" "$new"
attributes=$(stat -c '%u:%g %a' "$target")
[ -w "$new" ] || chmod u+w "$new"
cat <"$kept/next" >"$new"
[ "$(stat -c '%u:%g %a' "$new")" = "$attributes" ] || chmod "$(stat -c %a "$target")" "$new"
[ "$(stat -c '%u:%g %a' "$new")" = "$attributes" ] || exit ${REPLACE_EXITS.attributes}
durable "$new"
[ "$(hash "$target")" = "$expected" ] || exit ${REPLACE_EXITS.changed}
mv -f "$new" "$target"
echo ${REPLACED}
durable "$(dirname "$target")"
mv -f "$kept/next" "$kept/written"
durable "$kept"
`;
