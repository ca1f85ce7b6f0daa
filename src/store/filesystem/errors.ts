import {
	StoreError,
	type StoreErrorCode,
	type StoreErrorOptions,
} from "../errors.ts";

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
};

/** The errno name of a Node file system error (`ENOENT`), if it is one. */
export function errno(error: unknown): string | undefined {
	return error instanceof Error &&
		"code" in error &&
		typeof error.code === "string"
		? error.code
		: undefined;
}

/** What a file system error means for a store; errors of the store are passed on. */
export function fromFilesystem(
	error: unknown,
	about: StoreErrorOptions,
): StoreError {
	if (error instanceof StoreError) return error;
	const name = errno(error) ?? "";
	const reason =
		REASONS[name] ?? (error instanceof Error ? error.message : String(error));
	const suggestions =
		name === "EACCES"
			? [
					"Run it as root, or as a user that may read and enter every directory of the registry.",
				]
			: [];
	return new StoreError(CODES[name] ?? "unknown", reason, {
		suggestions,
		...about,
		cause: error,
	});
}
