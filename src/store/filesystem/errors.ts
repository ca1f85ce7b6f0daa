import {
	StoreError,
	type StoreErrorCode,
	type StoreErrorOptions,
} from "../errors.ts";
import { messageOf } from "../thrown.ts";

const CODES: Readonly<Record<string, StoreErrorCode>> = {
	ENOENT: "not-found",
	// A component of the path is a file: for a store of objects, nothing is there.
	ENOTDIR: "not-found",
	// A socket or a device.
	ENXIO: "not-found",
	EACCES: "permission-denied",
	EPERM: "permission-denied",
	EROFS: "permission-denied",
	EEXIST: "precondition-failed",
	// The disk or the network behind the mount may come back; so may space.
	EIO: "unavailable",
	ESTALE: "unavailable",
	ETIMEDOUT: "unavailable",
	EBUSY: "unavailable",
	EMFILE: "unavailable",
	ENFILE: "unavailable",
	ENOSPC: "unavailable",
	EDQUOT: "unavailable",
	EISDIR: "unsupported",
	ENAMETOOLONG: "unsupported",
	ELOOP: "unsupported",
};

const REASONS: Readonly<Record<string, string>> = {
	ENOENT: "it does not exist",
	ENOTDIR: "it does not exist",
	ENXIO: "what is there is not a file",
	EACCES: "permission denied",
	EPERM: "the operation is not permitted",
	EROFS: "the file system is mounted read-only",
	EIO: "the disk reported an input/output error",
	ESTALE: "the network file system has lost it (stale handle)",
	EMFILE: "too many open files in this process",
	ENFILE: "too many open files on this machine",
	ENOSPC: "no space is left on the device",
	EDQUOT: "the disk quota is used up",
	EISDIR: "it is a directory",
	ENAMETOOLONG: "the name is too long for this file system",
	ELOOP: "too many symbolic links lead to it",
	ETIMEDOUT: "the network file system did not answer in time",
	EBUSY: "it is in use",
};

const READ_ADVICE =
	"Run it as root, or as a user that may read and enter every directory of the registry.";
const WRITE_ADVICE =
	"Run it as root, or as a user that may write in every directory there.";

/** Operations that need to write. */
const WRITES: ReadonlySet<string> = new Set(["write", "put", "delete"]);

const ADVICE: Readonly<Record<string, string>> = {
	EACCES: READ_ADVICE,
	EPERM:
		"Look whether the file is protected (lsattr), or the file system belongs to another machine.",
	EROFS: "Mount it read-write: mount -o remount,rw DIRECTORY.",
	EIO: "Look into the kernel's log (dmesg): the disk may be failing. Read it on another machine, or restore it.",
	ESTALE: "Mount the network file system again, then run it again.",
	ETIMEDOUT: "Look whether the file server is there, then run it again.",
	EMFILE: "Allow more open files (ulimit -n 4096), or lower --concurrency.",
	ENFILE:
		"Allow more open files on this machine (sysctl fs.file-max), or lower --concurrency.",
	ENOSPC: "Make room, then run it again. A disk can also lack inodes (df -i).",
	EDQUOT: "Raise the quota or make room, then run it again.",
};

/** The errno name of a Node file system error (`ENOENT`), if it is one. */
export function errno(error: unknown): string | undefined {
	return error instanceof Error &&
		"code" in error &&
		typeof error.code === "string"
		? error.code
		: undefined;
}

/** Whether an error says that there is nothing of that name: not that it could not be looked at. */
export function isAbsence(error: unknown): boolean {
	const name = errno(error);
	// The latter: a component of the path is a file.
	return name === "ENOENT" || name === "ENOTDIR";
}

/** What a file system error means for a store; errors of the store are passed on. */
export function fromFilesystem(
	error: unknown,
	about: StoreErrorOptions,
): StoreError {
	if (error instanceof StoreError) return error;
	const name = errno(error) ?? "";
	const reason = REASONS[name] ?? messageOf(error);
	const isWrite = WRITES.has(about.operation);
	const advice = name === "EACCES" && isWrite ? WRITE_ADVICE : ADVICE[name];
	return new StoreError(CODES[name] ?? "unknown", reason, {
		suggestions: advice === undefined ? [] : [advice],
		...about,
		cause: error,
	});
}
