import { SCRIPT_FUNCTIONS } from "./script-functions.ts";

/**
 * Makes a file as it is now what there is to go back to. Words: the file, its folder of kept files, the folder into which
 * these are put aside, and the text of `restore.sh`.
 *
 * The first time, all is made ready in the folder of kept files, by which the way back goes as before until a rename puts
 * it aside as a whole. When it is put aside already, and we have changed the file since, it becomes the accepted one there,
 * and after that the original of these later changes goes. The original of the first is moved once, and written never.
 */
export const ACCEPT_SCRIPT = `${SCRIPT_FUNCTIONS}
target=$1 kept=$2 away=$3 restore=$4

is_ours() {
	[ ! -e "$kept/mixed" ] || return 1
	for name in original written next; do
		if cmp -s "$target" "$kept/$name"; then return 0; fi
	done
	return 1
}

if [ -e "$away" ]; then
	place=$away
	if cmp -s "$target" "$away/accepted"; then
		: # Nobody has changed it, or an earlier run was ended right after it had accepted it.
	elif ! cmp -s "$kept/original" "$away/accepted" || ! is_ours; then
		: >"$away/mixed"
	fi
else
	place=$kept
	# Without an original, whatever lies there is a rest of what was removed.
	[ -e "$kept/original" ] || rm -rf "$kept"
	mkdir -p "$kept"
	rm -f "$kept"/*.new
	if [ -e "$kept/original" ] && ! is_ours; then : >"$kept/mixed"; fi
fi
put_program "$restore" "$place/restore.sh"
duplicate "$target" "$place/accepted.new"
durable "$place/accepted.new"
mv -f "$place/accepted.new" "$place/accepted"
durable "$place"
if [ "$place" = "$kept" ]; then
	mv "$kept" "$away"
else
	# It first: what is left without it is nothing.
	rm -f "$kept/original"
	rm -rf "$kept"
fi
durable "$(dirname "$away")"
`;
