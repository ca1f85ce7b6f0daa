import type { Actuators } from "./actuators.ts";
import { CutoverError } from "./cutover-error.ts";
import type { Journal } from "./journal.ts";
import type { JournalRecord } from "./journal-record.ts";
import {
	type CutoverResult,
	hasBegun,
	openedAt,
	resultOf,
} from "./journal-times.ts";
import {
	canTurnBack,
	hasChanged,
	nextAction,
	type Standing,
	standingOf,
} from "./standing.ts";
import type { Call, Step } from "./step.ts";
import { PushWindow } from "./window.ts";

/** What has happened in a cutover. `step` is a step's name. */
export type CutoverEvent =
	| { readonly type: "began"; readonly step: string; readonly about: string }
	| { readonly type: "done"; readonly step: string; readonly ms: number }
	/** Another process had begun it; it goes on from here. */
	| { readonly type: "resumed"; readonly standing: Standing }
	/** The reason is a clause. */
	| { readonly type: "turning-back"; readonly reason: string }
	| { readonly type: "undoing"; readonly step: string }
	| { readonly type: "undone"; readonly step: string; readonly ms: number };

export interface MachineOptions {
	readonly observe: (event: CutoverEvent) => void;
	/** Turns back, as long as there is a way back. */
	readonly signal?: AbortSignal | undefined;
	/** How long pushes may be refused, at most, the way back included (ms); default for as long as it takes. */
	readonly maxWindowMs?: number | undefined;
	/** Milliseconds since 1970; default `Date.now`. */
	readonly now?: (() => number) | undefined;
}

/**
 * Runs a table of steps, or goes on with it where another process has stopped. Each step is noted before it is begun (I5). What
 * fails, or is cancelled, before the point of no return is undone in reverse order.
 *
 * Resolves when all is done. Rejects with a `CutoverError` (`rolled-back`, `needs-operator`), or, where nothing had to be
 * undone, with what was thrown.
 */
export async function runCutover(
	steps: readonly Step[],
	world: Actuators,
	journal: Journal,
	options: MachineOptions,
): Promise<CutoverResult> {
	return await new Machine(steps, world, journal, options).run();
}

class Machine {
	readonly #steps: readonly Step[];
	readonly #world: Actuators;
	readonly #journal: Journal;
	readonly #options: MachineOptions;
	readonly #now: () => number;
	readonly #window: PushWindow;
	/** Cancelled from outside, or because the time is over. */
	readonly #call: Call;
	#cause: unknown;

	constructor(
		steps: readonly Step[],
		world: Actuators,
		journal: Journal,
		options: MachineOptions,
	) {
		this.#steps = steps;
		this.#world = world;
		this.#journal = journal;
		this.#options = options;
		this.#now = options.now ?? Date.now;
		this.#window = new PushWindow(options.maxWindowMs, this.#now);
		const { signal } = this.#window;
		this.#call = {
			signal: AbortSignal.any([
				signal,
				...(options.signal ? [options.signal] : []),
			]),
		};
	}

	async run(): Promise<CutoverResult> {
		using _ = this.#window;
		await this.#resume();
		for (;;) {
			const action = nextAction(this.#standing, this.#steps);
			switch (action.type) {
				case "apply":
					await this.#apply(this.#stepAt(action.step));
					break;
				case "undo":
					await this.#undo(this.#stepAt(action.step));
					break;
				case "end":
					this.#note({ type: "ended", on: action.on });
					if (action.on === "source") throw this.#rolledBack();
					return resultOf(this.#journal.records, this.#steps);
				case "nothing":
					throw new Error("It has ended already");
				default:
					action satisfies never;
			}
		}
	}

	get #standing(): Standing {
		return standingOf(this.#journal.records, this.#steps);
	}

	#stepAt(index: number): Step {
		const step = this.#steps[index];
		if (step === undefined) throw new RangeError(`There is no step ${index}`);
		return step;
	}

	/** What another process has done has to be in force still; otherwise there is only the way back. */
	async #resume(): Promise<void> {
		const standing = this.#standing;
		if (standing.direction !== "forward" || standing.step === -1) return;
		this.#options.observe({ type: "resumed", standing });
		if (!canTurnBack(standing, this.#steps)) return;
		const opened = openedAt(this.#journal.records, this.#steps);
		if (opened !== undefined) this.#window.open(opened);
		const done = this.#steps.slice(
			0,
			standing.isDone ? standing.step + 1 : standing.step,
		);
		for (const step of done) {
			const holds = await this.#attempt(() =>
				step.holds(this.#world, this.#call),
			);
			if (holds === true) continue;
			if (holds === false)
				this.#turnBack(
					new CutoverError(
						"unproven",
						`what the step "${step.name}" had brought about is no longer in force`,
					),
				);
			return;
		}
	}

	async #apply(step: Step): Promise<void> {
		const { observe } = this.#options;
		const isFirst = !hasBegun(this.#journal.records, step);
		if (step.window === "opens" && isFirst) {
			const approved = await this.#attempt(() =>
				this.#world.approve(this.#call),
			);
			if (approved === undefined) return;
			if (!approved)
				return this.#turnBack(
					new CutoverError("refused", "The cutover was not approved"),
				);
		}
		const began = this.#now();
		// An intent that cannot be noted is none: nothing of the step was begun.
		const noted = await this.#attempt(async () => {
			if (canTurnBack(this.#standing, this.#steps))
				this.#call.signal?.throwIfAborted();
			this.#note({ type: "apply", step: step.name });
			return true;
		});
		if (noted === undefined) return;
		observe({ type: "began", step: step.name, about: step.about });
		if (step.window === "opens") this.#window.open(began);
		const isFinal = step.undo === "never";
		const act = (call: Call) => step.apply(this.#world, call);
		const applied = await this.#attempt(async () => {
			// Past the point of no return nothing is stopped half-way.
			const call = isFinal ? {} : this.#call;
			await (step.isWatched ? this.#world.watched(act, call) : act(call));
			this.#note({ type: "done", step: step.name });
			return true;
		});
		if (applied === undefined) return;
		const ms = this.#now() - began;
		if (step.window === "opens") this.#window.isOpen(ms);
		if (step.window === "closes") this.#window.close();
		observe({ type: "done", step: step.name, ms });
	}

	async #undo(step: Step): Promise<void> {
		const began = this.#now();
		const { observe } = this.#options;
		try {
			if (typeof step.undo !== "function")
				throw new Error(`The step "${step.name}" cannot be undone`);
			this.#note({ type: "undo", step: step.name });
			observe({ type: "undoing", step: step.name });
			await step.undo(this.#world, {});
			this.#note({ type: "undone", step: step.name });
		} catch (error) {
			throw new CutoverError(
				"needs-operator",
				`The cutover failed (${messageOf(this.#cause ?? "it was ended")}), and the step "${step.name}" could not be undone: ${messageOf(error)}`,
				{
					suggestions: [
						...suggestionsOf(error),
						"Mend that, and run the same command again: it goes on with the way back. Or run restore.sh beside the original of each node's configuration, and restart its registry.",
					],
					cause: error,
				},
			);
		}
		observe({ type: "undone", step: step.name, ms: this.#now() - began });
	}

	/** Does something; what fails turns back, where that can be, and then the result is `undefined`. */
	async #attempt<T>(act: () => Promise<T>): Promise<T | undefined> {
		try {
			return await act();
		} catch (error) {
			const { signal } = this.#call;
			const isCancelled =
				signal?.aborted === true && canTurnBack(this.#standing, this.#steps);
			this.#turnBack(isCancelled ? signal.reason : error);
			return undefined;
		}
	}

	/** Throws when there is no way back. */
	#turnBack(cause: unknown): void {
		this.#cause = cause;
		const reason = messageOf(cause);
		if (!canTurnBack(this.#standing, this.#steps))
			throw new CutoverError(
				"needs-operator",
				`The cutover could not be ended: ${reason}. It is past the point of no return: the registry is configured to the target, and nodes may take writes there already`,
				{
					suggestions: [
						...suggestionsOf(cause),
						"Do not go back to the source: what was pushed would be lost. Mend what is said, and run the same command again: it goes on.",
					],
					cause,
				},
			);
		try {
			this.#note({ type: "turn-back", reason });
		} catch (error) {
			throw new CutoverError(
				"needs-operator",
				`The cutover failed (${reason}), and has stopped where it was: ${messageOf(error)}`,
				{ suggestions: suggestionsOf(error), cause },
			);
		}
		if (hasChanged(this.#journal.records, this.#steps))
			this.#options.observe({ type: "turning-back", reason });
	}

	#rolledBack(): unknown {
		const { records } = this.#journal;
		const standing = standingOf(
			records.filter(({ type }) => type !== "ended"),
			this.#steps,
		);
		const reason =
			standing.direction === "back" ? standing.reason : "it was ended";
		if (!hasChanged(records, this.#steps) && this.#cause !== undefined)
			return this.#cause;
		return new CutoverError(
			"rolled-back",
			`The cutover failed: ${reason}. All is as it was: the registry is on the source, and takes writes`,
			{ suggestions: suggestionsOf(this.#cause), cause: this.#cause },
		);
	}

	#note(record: DistributiveOmit<JournalRecord, "at">): void {
		this.#journal.append({
			...record,
			at: new Date(this.#now()).toISOString(),
		});
	}
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown
	? Omit<T, K>
	: never;

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

/** Errors of every part say what there is to do. */
function suggestionsOf(error: unknown): readonly string[] {
	return error instanceof Error &&
		"suggestions" in error &&
		Array.isArray(error.suggestions)
		? error.suggestions.map(String)
		: [];
}
