import { messageOf } from "../../store/thrown.ts";
import { CutoverError } from "../cutover-error.ts";
import { notNoted, notUndone, pastReturn, rolledBack } from "./failure.ts";
import type { Journal } from "./journal.ts";
import type { Outcome } from "./journal-record.ts";
import type { CutoverResult } from "./journal-times.ts";
import type { CutoverEvent } from "./machine-event.ts";
import { NotedCourse } from "./noted-course.ts";
import type { Call, Course, Stage, Step } from "./step.ts";
import { PushWindow } from "./window.ts";

export interface MachineOptions {
	readonly course: Course;
	readonly observe: (event: CutoverEvent) => void;
	/** Turns back at once, for this reason (a clause), if there is a way back; otherwise it is refused. */
	readonly turnBack?: string | undefined;
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
export async function runSteps<W extends Stage>(
	steps: readonly Step<W>[],
	world: W,
	journal: Journal,
	options: MachineOptions,
): Promise<CutoverResult> {
	return await new Machine(steps, world, journal, options).run();
}

class Machine<W extends Stage> {
	readonly #steps: readonly Step<W>[];
	readonly #world: W;
	readonly #noted: NotedCourse<W>;
	readonly #options: MachineOptions;
	readonly #now: () => number;
	readonly #window: PushWindow;
	/** Cancelled from outside, or because the time is over. */
	readonly #call: Call;
	#cause: unknown;

	constructor(
		steps: readonly Step<W>[],
		world: W,
		journal: Journal,
		options: MachineOptions,
	) {
		this.#steps = steps;
		this.#world = world;
		this.#options = options;
		this.#now = options.now ?? Date.now;
		this.#noted = new NotedCourse(steps, journal, this.#now);
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
		this.#turnBackAsAsked();
		for (;;) {
			const action = this.#noted.next;
			switch (action.type) {
				case "apply":
					await this.#apply(this.#stepAt(action.step));
					break;
				case "undo":
					await this.#undo(this.#stepAt(action.step));
					break;
				case "end":
					this.#end(action.outcome);
					if (action.outcome === "undone") throw this.#undone();
					return this.#noted.result;
				case "nothing":
					throw new Error("It has ended already");
				default:
					action satisfies never;
			}
		}
	}

	#end(outcome: Outcome): void {
		try {
			this.#noted.note({ type: "ended", outcome });
		} catch (error) {
			const { course } = this.#options;
			if (outcome === "done") throw pastReturn(course, error);
			throw notNoted(course, this.#reason, error);
		}
	}

	#stepAt(index: number): Step<W> {
		const step = this.#steps[index];
		if (step === undefined) throw new RangeError(`There is no step ${index}`);
		return step;
	}

	/** What another process has done has to be in force still. */
	async #resume(): Promise<void> {
		const { standing, inForce, openedAt, openingMs } = this.#noted;
		if (standing.direction !== "forward" || standing.step === -1) return;
		this.#options.observe({ type: "resumed", standing });
		const { steps, otherwise } = inForce;
		const isBound = otherwise === "turn back";
		if (isBound && openedAt !== undefined) this.#window.open(openedAt);
		if (isBound && openingMs !== undefined) this.#window.isOpen(openingMs);
		for (const step of steps) {
			const holds = await this.#attempt(
				async () =>
					(await step.holds?.(this.#world, isBound ? this.#call : {})) ?? true,
			);
			if (holds === true) continue;
			const reason = `what the step "${step.name}" had brought about is no longer in force`;
			if (holds === false && isBound)
				this.#turnBack(new CutoverError("unproven", reason));
			if (holds === false && !isBound)
				await this.#attempt(async () => this.#repeat(step.name, reason));
			return;
		}
	}

	async #apply(step: Step<W>): Promise<void> {
		if (step.isNeeded?.(this.#world) === false) {
			await this.#attempt(async () =>
				this.#noted.note({ type: "done", step: step.name }),
			);
			return;
		}
		if (!(await this.#isApproved(step))) return;
		const { observe } = this.#options;
		const began = this.#now();
		// An intent that cannot be noted is none: nothing of the step was begun.
		const noted = await this.#attempt(async () => {
			if (this.#noted.canTurnBack) this.#call.signal?.throwIfAborted();
			this.#noted.note({ type: "apply", step: step.name });
			return true;
		});
		if (noted === undefined) return;
		observe({ type: "began", step: step.name, about: step.about });
		if (step.window === "opens")
			this.#window.open(this.#noted.openedAt ?? began);
		const isFinal = step.undo === "never";
		const act = (call: Call) => step.apply(this.#world, call);
		const applied = await this.#attempt(async () => {
			// Past the point of no return nothing is stopped half-way.
			const call = isFinal ? {} : this.#call;
			await (step.isWatched ? this.#world.watched(act, call) : act(call));
			this.#noted.note({ type: "done", step: step.name });
			return true;
		});
		if (applied === undefined) return;
		const ms = this.#now() - began;
		if (step.window === "opens") this.#window.isOpen(ms);
		if (step.window === "closes") this.#window.close();
		observe({ type: "done", step: step.name, ms });
	}

	/** Whether a step may be begun: the operator is asked once, before the window. Otherwise it turns back. */
	async #isApproved(step: Step<W>): Promise<boolean> {
		const { asks = step.window === "opens" } = step;
		if (!asks || this.#noted.hasBegun(step)) return true;
		const isApproved = await this.#attempt(() =>
			this.#world.approve(this.#call),
		);
		if (isApproved === false) this.#turnBack(this.#notApproved());
		return isApproved === true;
	}

	#notApproved(): CutoverError {
		const state = this.#noted.hasChanged
			? ""
			: ": the registry is in use as before";
		return new CutoverError(
			"refused",
			`${this.#options.course.title} was not approved${state}`,
			{
				suggestions: [
					"What was copied stays: the next run copies only what has changed since.",
				],
			},
		);
	}

	async #undo(step: Step<W>): Promise<void> {
		const began = this.#now();
		const { observe } = this.#options;
		const isNeeded = step.isNeeded?.(this.#world) !== false;
		try {
			if (isNeeded) {
				if (typeof step.undo !== "function")
					throw new Error(`The step "${step.name}" cannot be undone`);
				this.#noted.note({ type: "undo", step: step.name });
				observe({ type: "undoing", step: step.name });
				await step.undo(this.#world, {});
			}
			this.#noted.note({ type: "undone", step: step.name });
		} catch (error) {
			throw notUndone(this.#options.course, {
				reason: this.#reason,
				step: step.name,
				cause: error,
			});
		}
		if (isNeeded)
			observe({ type: "undone", step: step.name, ms: this.#now() - began });
	}

	/** Does something; what fails turns back, where that can be, and then the result is `undefined`. */
	async #attempt<T>(act: () => Promise<T>): Promise<T | undefined> {
		try {
			return await act();
		} catch (error) {
			const { signal } = this.#call;
			const isCancelled = signal?.aborted === true && this.#noted.canTurnBack;
			const cause = isCancelled ? signal.reason : error;
			if (!this.#isRepeated(cause)) this.#turnBack(cause);
			return undefined;
		}
	}

	/** Where a node has taken writes, all that was done under read-only is done once more, if it can be. */
	#isRepeated(cause: unknown): boolean {
		if (!(cause instanceof CutoverError) || cause.code !== "writable")
			return false;
		const step = this.#noted.repeatFrom;
		if (step === undefined) return false;
		const { message: reason } = cause;
		try {
			this.#repeat(step, reason);
		} catch {
			// Turning back cannot be noted either, and says why.
			return false;
		}
		return true;
	}

	#repeat(step: string, reason: string): void {
		this.#noted.note({ type: "repeat", step, reason });
		this.#options.observe({ type: "repeating", step, reason });
	}

	#turnBackAsAsked(): void {
		const { turnBack } = this.#options;
		if (turnBack === undefined || this.#noted.standing.direction !== "forward")
			return;
		this.#turnBack(new CutoverError("refused", turnBack));
	}

	/** Throws when there is no way back. */
	#turnBack(cause: unknown): void {
		const { course, observe } = this.#options;
		this.#cause = cause;
		const reason = messageOf(cause);
		if (!this.#noted.canTurnBack) throw pastReturn(course, cause);
		try {
			this.#noted.note({ type: "turn-back", reason });
		} catch (error) {
			throw notNoted(course, reason, error);
		}
		if (this.#noted.hasChanged) observe({ type: "turning-back", reason });
	}

	#undone(): unknown {
		if (!this.#noted.hasChanged && this.#cause !== undefined)
			return this.#cause;
		return rolledBack(this.#options.course, this.#reason, this.#cause);
	}

	/** Why it goes back, whichever process has decided so: a clause. */
	get #reason(): string {
		return this.#noted.reason ?? "it was ended";
	}
}
