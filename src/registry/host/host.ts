import type { Readable } from "node:stream";

/** How a command on a host ended. */
export interface CommandResult {
	/** The exit code; `undefined` when a signal ended it. */
	readonly code: number | undefined;
	readonly stdout: Buffer;
	/** The last 64 KiB of it. */
	readonly stderr: string;
}

export interface CommandOptions {
	readonly signal?: AbortSignal | undefined;
	/** What the command reads; default nothing. Of a stream, the end is seen there, and so is that of this process. */
	readonly input?: Uint8Array | string | Readable | undefined;
	/** How long it may take (ms), then it is ended and `RegistryError` `timed-out` thrown; default 60,000. */
	readonly timeoutMs?: number | undefined;
}

/**
 * Where a node's files are and its commands run: this machine, another one by ssh, a container. All that is done there
 * is done by commands, so that it is the same everywhere.
 */
export interface Host {
	/** As people call it: `this machine`, `root@registry-2`, `docker exec gitlab`. */
	readonly name: string;
	/** Whether it is this machine: its loopback is ours. */
	readonly isLocal: boolean;
	/**
	 * Runs a program with exactly these arguments. Rejects with a `RegistryError` when the host cannot be reached
	 * (`unreachable`), the program is not there (`not-found`), or it took too long (`timed-out`); any exit code is a result.
	 */
	run(
		command: readonly [string, ...string[]],
		options?: CommandOptions,
	): Promise<CommandResult>;
}
