/** A regular file of a host, as it was when it was read. Secrets inside (I7). */
export interface HostFile {
	/** As it was asked for. */
	readonly path: string;
	/** The file itself: another path where `path` leads through symbolic links. It is what is replaced. */
	readonly target: string;
	/** All of it, a byte order mark included. */
	readonly text: string;
	/** Of its bytes, in hex. */
	readonly sha256: string;
	/** `UID:GID`. */
	readonly owner: string;
	/** Octal: `640`. */
	readonly mode: string;
	/** When its content was last changed (ms since 1970), by the host's clock. */
	readonly lastModified: number;
	/** Why we cannot replace it, as a clause; `undefined`: nothing that is known. */
	readonly obstacle: string | undefined;
}
