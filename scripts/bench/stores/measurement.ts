/** The kinds of stores that are measured, by their schemes. */
export const STORES = ["s3", "gs", "az", "file"] as const;
export type StoreName = (typeof STORES)[number];

/** What is measured: writing a link, and listing a thousand keys. */
export const OPERATIONS = ["put", "list"] as const;
export type Operation = (typeof OPERATIONS)[number];

/**
 * Who does it:
 *
 * - `store`: ours, as `openStore` gives it;
 * - `bare`: the requests that ours made, sent by undici as they are; of files, no more than Node needs;
 * - `signed`: those too, with what every provider's proof takes at least: a hash of the body and an HMAC;
 * - `sdk`: the provider's own library.
 */
export const CLIENTS = ["store", "bare", "signed", "sdk"] as const;
export type Client = (typeof CLIENTS)[number];

/** One client's doing of one thing so many times, in a process of its own. */
export interface Task {
	readonly store: StoreName;
	readonly operation: Operation;
	readonly client: Client;
	/** Puts, or pages. */
	readonly count: number;
	/** Those that come before them and are not counted. */
	readonly warmUp: number;
}

/** What a task took. */
export interface Taken {
	/** User and system time of the process, all threads (ms), for each put or page. */
	readonly cpuMs: number;
}

/** A task that was done. */
export interface Result extends Task, Taken {}

/** Whether there is such a client: files need no proof, and have no provider. */
export function isClientOf(store: StoreName, client: Client): boolean {
	return store !== "file" || client === "store" || client === "bare";
}
