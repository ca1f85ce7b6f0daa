import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { TemporaryRoot } from "./temporary-root.ts";

/** Of util-linux: Node cannot mount. */
const [MOUNT, UNMOUNT] = ["mount", "umount"];

/** Mounts an empty file system in memory there, of 64 KiB unless another size is given, where the user may; the result says whether. */
export function mountAt(path: string, size = "64k"): boolean {
	return succeeds(MOUNT, "-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path);
}

/**
 * Mounts an empty file system of blocks of 1 KiB there, which is kept in a file beside: one in memory takes whole pages, so
 * that there is space in a file when there is none in it.
 */
export function mountSmallBlocksAt(path: string, size: string): boolean {
	const image = `${path}.image`;
	const features = ["-b", "1024", "-m", "0", "-O", "^has_journal"];
	return (
		succeeds("truncate", "-s", size, image) &&
		succeeds("mkfs.ext4", "-q", ...features, image) &&
		succeeds(MOUNT, "-o", "loop", image, path)
	);
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

/** Whether the user may mount what is in a file: where there are loop devices. */
export const canMountSmallBlocks: boolean = (() => {
	using root = new TemporaryRoot();
	const path = root.at("mounted");
	mkdirSync(path);
	return mountSmallBlocksAt(path, "1M") && unmount(path);
})();

function succeeds(command: string, ...argv: readonly string[]): boolean {
	return spawnSync(command, argv).status === 0;
}
