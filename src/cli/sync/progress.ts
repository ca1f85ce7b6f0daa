import { clearLine, cursorTo } from "node:readline";
import { Presets, SingleBar } from "cli-progress";
import {
	formatBytes,
	formatCount,
	formatDuration,
	formatObjects,
} from "../format.ts";

/** How often a log gets a line of progress (ms). */
const LOG_EVERY_MS = 10_000;

/** How often the bar is drawn (ms). */
const DRAW_EVERY_MS = 100;

/** Where a piece of work stands. */
export interface Standing {
	/** What is being done: `Copying`. */
	readonly label: string;
	readonly objects: number;
	/** `undefined` while it is not known how many there are. */
	readonly totalObjects: number | undefined;
	readonly bytes: number;
	readonly totalBytes: number;
}

/** A terminal, or a log. */
export type ProgressOutput = NodeJS.WritableStream & {
	readonly isTTY?: boolean | undefined;
	readonly columns?: number | undefined;
};

/**
 * Shows how far a command is: a bar with rate and time left on a terminal, a line now and then in a log. It draws on
 * its own clock from what `standing` says, so that reporting progress costs the work nothing.
 */
export class Progress implements Disposable {
	readonly #standing: () => Standing;
	readonly #output: ProgressOutput;
	readonly #now: () => number;
	readonly #onExit = () => this.#clear();
	#timer: NodeJS.Timeout | undefined;
	#bar: SingleBar | undefined;
	#isDrawn = false;
	#isHidden = false;
	#label = "";
	#labelBegan: number;
	#labelObjects = 0;
	#labelBytes = 0;

	constructor(
		standing: () => Standing,
		output: ProgressOutput = process.stderr,
		now: () => number = Date.now,
	) {
		this.#standing = standing;
		this.#output = output;
		this.#now = now;
		this.#labelBegan = now();
	}

	/** Begins to show it; without this nothing is ever drawn. */
	start(): void {
		this.#timer = setInterval(
			() => this.#draw(),
			this.#output.isTTY ? DRAW_EVERY_MS : LOG_EVERY_MS,
		);
		this.#timer.unref();
		// A second Ctrl-C ends the process on the spot; the shell's prompt should not follow the bar.
		process.once("exit", this.#onExit);
	}

	/** Takes the bar away, writes, and has it drawn again below: whatever else goes to the same terminal. */
	above(write: () => void): void {
		this.#clear();
		write();
	}

	/** Takes the bar away while somebody is asked something at the same terminal. */
	async hidden<T>(ask: () => T | Promise<T>): Promise<T> {
		this.#clear();
		this.#isHidden = true;
		try {
			return await ask();
		} finally {
			this.#isHidden = false;
		}
	}

	[Symbol.dispose](): void {
		clearInterval(this.#timer);
		process.off("exit", this.#onExit);
		this.#clear();
	}

	#draw(): void {
		if (this.#isHidden) return;
		const standing = this.#standing();
		if (standing.label !== this.#label) {
			// What was done before the first look counts as done under the first label.
			if (this.#label !== "") {
				this.#labelBegan = this.#now();
				this.#labelObjects = standing.objects;
				this.#labelBytes = standing.bytes;
			}
			this.#label = standing.label;
			this.#clear();
		}
		if (!this.#output.isTTY)
			this.#output.write(`${this.#sentence(standing)}\n`);
		else if (standing.totalObjects === undefined) this.#drawSentence(standing);
		else this.#drawBar(standing, standing.totalObjects);
	}

	#drawSentence(standing: Standing): void {
		this.#clear();
		this.#output.write(
			this.#sentence(standing).slice(0, this.#output.columns ?? 80),
		);
		this.#isDrawn = true;
	}

	#drawBar(standing: Standing, total: number): void {
		const payload = {
			label: standing.label,
			done: formatCount(standing.objects),
			all: formatObjects(total),
			rate: formatCount(Math.round(this.#rate(standing))),
			left: this.#left(standing),
		};
		if (this.#bar === undefined) {
			this.#bar = new SingleBar(
				{
					format:
						"{label} {bar} {percentage}% | {done} of {all} | {rate}/s | {left} left",
					barsize: 12,
					stream: this.#output,
					noTTYOutput: false,
					clearOnComplete: true,
					stopOnComplete: false,
					gracefulExit: false,
					hideCursor: false,
					// Cuts the line to the width of the terminal, rather than change the terminal's own wrapping.
					linewrap: true,
					fps: 1000 / DRAW_EVERY_MS,
				},
				Presets.shades_classic,
			);
			this.#bar.start(total, standing.objects, payload);
			this.#isDrawn = true;
		}
		this.#bar.update(standing.objects, payload);
	}

	#sentence(standing: Standing): string {
		const { label, objects, totalObjects, bytes, totalBytes } = standing;
		const rate = `${formatCount(Math.round(this.#rate(standing)))}/s`;
		if (totalObjects === undefined)
			return `${label}: ${formatObjects(objects)}, ${rate}`;
		const amount = `${formatCount(objects)} of ${formatObjects(totalObjects)}`;
		return `${label}: ${amount}, ${formatBytes(bytes)} of ${formatBytes(totalBytes)}, ${rate}, ${this.#left(standing)} left`;
	}

	/** Objects a second since this label began. */
	#rate({ objects }: Standing): number {
		const seconds = (this.#now() - this.#labelBegan) / 1000;
		return seconds < 0.1 ? 0 : (objects - this.#labelObjects) / seconds;
	}

	/** The longer of what is left by objects and by bytes: small objects cost requests, large ones bandwidth. */
	#left({ objects, totalObjects = 0, bytes, totalBytes }: Standing): string {
		const elapsed = this.#now() - this.#labelBegan;
		const left = Math.max(
			remaining(elapsed, objects - this.#labelObjects, totalObjects - objects),
			remaining(elapsed, bytes - this.#labelBytes, totalBytes - bytes),
		);
		return Number.isFinite(left) && elapsed > 1000 ? formatDuration(left) : "?";
	}

	#clear(): void {
		if (!this.#isDrawn) return;
		this.#isDrawn = false;
		this.#bar?.stop();
		this.#bar = undefined;
		clearLine(this.#output, 0);
		cursorTo(this.#output, 0);
	}
}

function remaining(elapsedMs: number, done: number, toDo: number): number {
	if (toDo <= 0) return 0;
	return done <= 0 ? Number.POSITIVE_INFINITY : (elapsedMs / done) * toDo;
}
