import { spawnSync } from "node:child_process";
import { TemporaryRoot } from "./temporary-root.ts";

/** Of util-linux: Node cannot mount. */
const [MOUNT, UNMOUNT] = ["mount", "umount"];

/** Mounts an empty file system in memory there, of 64 KiB unless another size is given, where the user may; the result says whether. */
export function mountAt(path: string, size = "64k"): boolean {
	return succeeds(MOUNT, "-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path);
}

/** Mounts a directory there once more; what is mounted below it is left out. */
export function mountAgainAt(directory: string, path: string): boolean {
	return succeeds(MOUNT, "--bind", directory, path);
}

/** Makes what is mounted there read-only. */
export function forbidWriting(path: string): boolean {
	return succeeds(MOUNT, "-o", "remount,ro", path);
}

/** Takes it away from there, whoever still uses it. */
export function unmount(path: string): boolean {
	return succeeds(UNMOUNT, "-l", path);
}

/** Whether the user may mount: root may, outside of most containers. */
export const canMount: boolean = (() => {
	using root = new TemporaryRoot();
	return mountAt(root.path) && unmount(root.path);
})();

function succeeds(command: string, ...argv: readonly string[]): boolean {
	return spawnSync(command, argv).status === 0;
}
