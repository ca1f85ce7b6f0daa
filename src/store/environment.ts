import type { LimitOptions } from "./limit.ts";
import type { Call } from "./object-store.ts";
import type { OutageOptions } from "./outage.ts";
import type { UploadLog } from "./upload-log.ts";

/** Variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How a store is opened. */
export interface OpenOptions extends Call {
	/**
	 * Variables that go before the process's own, so that two stores of a kind can have credentials of their own; one
	 * that is `undefined` here counts as unset. They may be secrets: no store shows them (I7).
	 */
	readonly environment?: Environment | undefined;
	/** Whether it is going to be written: one of which it shows at once that it cannot be is refused; default false. */
	readonly isWritten?: boolean | undefined;
	/**
	 * Of a directory that is a snapshot: a time (milliseconds since 1970) at which it had not been taken yet. What was changed
	 * not long before has no version, since it may have been changed again at once. Default: it is no snapshot.
	 */
	readonly takenAfterMs?: number | undefined;
	/** Where uploads are noted that can be gone on with after the process was killed; default: they cannot be. */
	readonly uploads?: UploadLog | undefined;
	/** What it may be asked for; default no limit. */
	readonly limits?: LimitOptions | undefined;
	/** Counts each time that the server asks to slow down. */
	readonly refusals?: { count: number } | undefined;
	/** How long a server that answers nothing any more is waited for; default: it is not. */
	readonly outages?: OutageOptions | undefined;
	/** How long a server may be silent (ms) before a request counts as lost; default 60,000. What a body takes is added. */
	readonly silenceMs?: number | undefined;
}

/** The process's variables, with those that go before them. */
export function environmentOf({ environment }: OpenOptions): Environment {
	return { ...process.env, ...environment };
}
