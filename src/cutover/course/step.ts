import type { Call } from "../../store/object-store.ts";

export type { Call };

/** Acts on the world, by what is given to it. */
type Act<W> = (world: W, call: Call) => Promise<void>;

/**
 * How a step is undone; safe to repeat, also when the step was only begun. `nothing`: it leaves nothing to undo. `never`: it
 * is past the point of no return.
 */
type Undo<W> = Act<W> | "nothing" | "never";

/** A step on the way of a registry from one storage to another. The machine that runs them knows none by its name. */
export interface Step<W> {
	readonly name: string;
	/** What it does, for whoever is asked to approve. A clause. */
	readonly about: string;
	/**
	 * Whether there is anything to do and to undo; default: there is. Without, it counts as done, and was never begun. It
	 * has to be the same for every process once a step before it is done.
	 */
	readonly isNeeded?: ((world: W) => boolean) | undefined;
	/**
	 * Whether what it has brought about is in force, asked of the world: when a course goes on in another process, which
	 * does not know what happened in between. Default: it leaves nothing behind that could cease to be.
	 */
	readonly holds?: ((world: W, call: Call) => Promise<boolean>) | undefined;
	/** Safe to repeat. */
	readonly apply: Act<W>;
	readonly undo: Undo<W>;
	/** Whether every node has to refuse writes from its beginning to its end; default false. */
	readonly isWatched?: boolean | undefined;
	/** Whether pushes are refused from this step on, or are taken again when it is done. */
	readonly window?: "opens" | "closes" | undefined;
	/** Whether the operator is asked before it; default: where the window opens. */
	readonly asks?: boolean | undefined;
	/** Whether it changes nothing of the registry, though it can be undone; default false. */
	readonly isAside?: boolean | undefined;
}

/** What the machine itself asks of the world. */
export interface Stage {
	/** Whether the operator wants the window to be opened now. */
	approve(call: Call): Promise<boolean>;
	/** Acts while all nodes are watched; what it is given is cancelled, and this rejects, when one takes writes. */
	watched(act: (call: Call) => Promise<void>, call: Call): Promise<void>;
}

/** Which way a table of steps leads. */
export interface Course {
	/** What people know it by, with its article: `The cutover`. */
	readonly title: string;
	/** Where the registry is before, and when all is undone. */
	readonly from: "source" | "target";
	/** Where it is in the end. */
	readonly to: "source" | "target";
}
