import type { Call } from "../store/object-store.ts";
import type { Actuators } from "./actuators.ts";

export type { Call };

/** Acts on the world, by what is given to it. */
type Act = (world: Actuators, call: Call) => Promise<void>;

/**
 * How a step is undone; safe to repeat, also when the step was only begun. `nothing`: it leaves nothing to undo. `never`: it
 * is past the point of no return.
 */
export type Undo = Act | "nothing" | "never";

/** A step of a cutover. The machine that runs them knows none by its name. */
export interface Step {
	readonly name: string;
	/** What it does, for whoever is asked to approve. A clause. */
	readonly about: string;
	/**
	 * Whether what it has brought about is in force, asked of the world: when a cutover goes on in another process, which
	 * does not know what happened in between.
	 */
	readonly holds: (world: Actuators, call: Call) => Promise<boolean>;
	/** Safe to repeat. */
	readonly apply: Act;
	readonly undo: Undo;
	/** Whether every node has to refuse writes from its beginning to its end. */
	readonly isWatched: boolean;
	/** Whether pushes are refused from this step on, or are taken again when it is done. */
	readonly window?: "opens" | "closes" | undefined;
}
