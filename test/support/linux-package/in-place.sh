#!/bin/sh
# Runs a command where the package of a folder is where it always is: in a namespace of mounts of its own.
# sh in-place.sh ROOT COMMAND…
set -e
root=$1
shift
export IN_PLACE_ROOT="$root"
exec unshare --mount sh -c '
	mount -t tmpfs tmpfs /opt && mkdir /opt/gitlab && mount --bind "$IN_PLACE_ROOT/opt/gitlab" /opt/gitlab
	mount -t tmpfs tmpfs /var/opt && mkdir /var/opt/gitlab && mount --bind "$IN_PLACE_ROOT/var/opt/gitlab" /var/opt/gitlab
	exec "$@"' sh "$@"
