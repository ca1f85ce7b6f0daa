import { chmodSync, chownSync, fchmodSync, fchownSync } from "node:fs";
import { StoreError, type StoreErrorOptions } from "../errors.ts";
import { errno } from "./errors.ts";

/** Whose what is made is to be, and who may do what with it. */
export interface Ownership {
	readonly user: number;
	readonly group: number;
	/** Permissions of directories, and of files. */
	readonly directoryMode: number;
	readonly fileMode: number;
}

/** What is known of the directory that what is made is to be like. */
export interface Owned {
	readonly uid: number;
	readonly gid: number;
	readonly mode: number;
}

/**
 * Whose what is made in a store is to be. Root may write where a registry, which runs as a user of its own, could then
 * neither read nor write; so what root makes is like the directory that the registry's administrator made for it.
 *
 * | made by       | like the directory   | belongs to    | directories, files        |
 * | ------------- | -------------------- | ------------- | ------------------------- |
 * | any but root  | any                  | who makes it  | by the umask: `undefined` |
 * | root          | registry:git 0770    | registry:git  | 0770, 0660                |
 * | root          | registry:git 2770    | registry:git  | 2770, 0660                |
 * | root          | registry:git 0755    | registry:git  | 0755, 0644                |
 * | root          | root:root 0755       | root:root     | 0755, 0644                |
 * | root          | anybody's 0555, 1777 | anybody       | 0755, 0644; 0777, 0666    |
 */
export function ownershipLike(
	{ uid, gid, mode }: Owned,
	isRoot: boolean,
): Ownership | undefined {
	if (!isRoot) return undefined;
	return {
		user: uid,
		group: gid,
		// A registry must be able to write its own; who may delete whose (the sticky bit) is the directory's own affair.
		directoryMode: (mode & 0o2777) | 0o700,
		fileMode: (mode & 0o666) | 0o600,
	};
}

/** Makes a directory belong to whom it should. */
export function giveDirectory(
	path: string,
	ownership: Ownership,
	about: StoreErrorOptions,
): void {
	const { user, group, directoryMode } = ownership;
	orRefuse(ownership, about, () => {
		chownSync(path, user, group);
		chmodSync(path, directoryMode);
	});
}

/** Makes an open file belong to whom it should. */
export function giveFile(
	descriptor: number,
	ownership: Ownership,
	about: StoreErrorOptions,
): void {
	const { user, group, fileMode } = ownership;
	orRefuse(ownership, about, () => {
		fchownSync(descriptor, user, group);
		fchmodSync(descriptor, fileMode);
	});
}

/** Where root is nobody in particular (in a container, on a network file system), it may not give anything away. */
function orRefuse(
	{ user, group }: Ownership,
	about: StoreErrorOptions,
	give: () => void,
): void {
	try {
		give();
	} catch (error) {
		if (errno(error) !== "EPERM" && errno(error) !== "EACCES") throw error;
		throw new StoreError(
			"permission-denied",
			`it cannot be given to whom the directory belongs (user ${user}, group ${group})`,
			{
				...about,
				cause: error,
				suggestions: [`Run it as that user: sudo -u '#${user}' …`],
			},
		);
	}
}
