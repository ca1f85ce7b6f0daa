/**
 * Serves a registry on a host until its standard input ends, or this shell is told to end, or the registry ends by itself.
 * Then the registry is no more, the last of its log is printed, and what was written for it is gone. It ends with 0 when
 * it was told to, with 2 when the registry could not be started (the reason is printed), else with 3.
 *
 * `$1` is the user that it runs as, `$2` the group, `$3` its other groups (`4,27`, or `-` for none); all are "" where it
 * runs as who runs this. `$4` is its program, `$5` and `$6` are how many bytes of the input are its configuration and
 * its environment (`export` commands of a shell); after them, the input is only held open.
 *
 * Nobody but that user can read the files; they are in memory where the host has such a place.
 */
export const SERVE_SCRIPT = `
umask 077
for place in /dev/shm "\${TMPDIR:-/tmp}"; do
	folder=$(mktemp -d "$place/regmigrate-rehearsal.XXXXXX" 2>/dev/null) && break
done
[ -n "$folder" ] || { echo "there is no place for temporary files" >&2; exit 2; }
registry=
watch=
finish() {
	trap '' TERM INT HUP
	[ -z "$watch" ] || kill "$watch" 2>/dev/null
	if [ -n "$registry" ]; then
		kill -TERM "$registry" 2>/dev/null
		{ sleep 2; kill -KILL "$registry"; } >/dev/null 2>&1 &
		wait "$registry" 2>/dev/null
		kill -KILL $! 2>/dev/null
		tail -c 65536 "$folder/log" 2>/dev/null
	fi
	rm -rf "$folder"
}
trap finish EXIT
told=3
trap 'told=0; exit 0' TERM INT HUP
head -c "$5" >"$folder/config.yml" && head -c "$6" >"$folder/environment" || exit 2
set -- "$1" "$2" "$3" "$4" env -i sh -c '. "$1"; shift; exec "$@"' sh "$folder/environment"
if [ -n "$1" ]; then
	# The folder stays ours: in one of its own, that user could put a link in the place of the log.
	chmod 711 "$folder" && chown "$1:$2" "$folder/config.yml" || exit 2
	if setpriv=$(command -v setpriv); then
		if [ "$3" = - ]; then groups=--clear-groups; else groups=--groups=$3; fi
		set -- "$@" "$setpriv" "--reuid=$1" "--regid=$2" "$groups" --
	elif chpst=$(PATH="$PATH:/opt/gitlab/embedded/bin" command -v chpst); then
		if [ "$3" = - ]; then groups=; else groups=:$(echo "$3" | tr , :); fi
		set -- "$@" "$chpst" -u ":$1:$2$groups"
	else
		echo "neither setpriv nor chpst is there, to start the registry as its own user" >&2
		exit 2
	fi
fi
program=$4
shift 4
exec 3<&0
cd /
"$@" "$program" serve "$folder/config.yml" >"$folder/log" 2>&1 </dev/null 3<&- &
registry=$!
shell=$$
{
	cat <&3 >/dev/null
	kill -TERM "$shell"
} >/dev/null 2>&1 &
watch=$!
exec 3<&-
wait "$registry"
exit "$told"`;
