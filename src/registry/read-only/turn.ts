import type { Call, Change, RegistryNode } from "../node.ts";
import type { WriteState } from "../probe/write-state.ts";
import type { Observe } from "./events.ts";
import type { RecordKeeper } from "./record.ts";

/** Asks from outside whether a node takes writes. Rejects only when cancelled: what cannot be told is unknown. */
export type Probe = (node: RegistryNode, call: Call) => Promise<WriteState>;

/** What is known of time. */
export interface TurnClock {
	/** Milliseconds since some instant. */
	readonly now: () => number;
	/** Waits (ms); rejects with the signal's reason when cancelled. */
	readonly wait: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** A node, and what is to be done to it. */
export interface NodePlan {
	readonly node: RegistryNode;
	/** How it is now. */
	readonly probed: WriteState;
	/** `undefined`: it is left as it is. */
	readonly change: Change | undefined;
	/** What the operator should know: sentences. */
	readonly notes: readonly string[];
}

/** How a registry is made read-only, or writable again. */
export interface TurnOptions {
	readonly probe: Probe;
	readonly keeper: RecordKeeper;
	/** Who does it: `operator@host`. */
	readonly operator: string;
	/** Asked once, before anything is changed, also where nothing is to be. */
	readonly approve: (plan: readonly NodePlan[]) => Promise<boolean>;
	readonly observe: Observe;
	/** How long the commands of one node may take (ms). */
	readonly commandTimeoutMs: number;
	/** How long a node may take to answer as it is to, and those that served before to end beyond their own drain time-out (ms). */
	readonly timeoutMs: number;
	/**
	 * How long those that served before may go on where it is not known what the registry is configured to (ms).
	 */
	readonly drainMs: number;
	readonly signal?: AbortSignal | undefined;
	readonly clock: TurnClock;
}

export interface TurnOffOptions extends TurnOptions {
	/** Whether all nodes are to take writes, whatever was found, or where nothing is recorded. */
	readonly isForced: boolean;
}
