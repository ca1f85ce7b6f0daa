import { Presets, SingleBar } from "cli-progress";
import { formatBytes, formatCount, formatDuration } from "./format.ts";

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

/**
 * Shows on standard error how far a command is: a bar with rate and time left on a terminal, a line now and then in a
 * log. It draws on its own clock from what `standing` says, so that reporting progress costs the work nothing.
 */
export class Progress implements Disposable {
	readonly #standing: () => Standing;
	readonly #output: NodeJS.WriteStream;
	readonly #now: () => number;
	readonly #began: number;
	readonly #timer: NodeJS.Timeout;
	#bar: SingleBar | undefined;
	#label = "";
	#labelBegan: number;
	#labelObjects = 0;

	constructor(
		standing: () => Standing,
		output: NodeJS.WriteStream = process.stderr,
		now: () => number = Date.now,
	) {
		this.#standing = standing;
		this.#output = output;
		this.#now = now;
		this.#began = now();
		this.#labelBegan = this.#began;
		this.#timer = setInterval(
			() => this.#draw(),
			output.isTTY ? DRAW_EVERY_MS : LOG_EVERY_MS,
		);
		this.#timer.unref();
	}

	/** Writes a line to the output, above the bar where there is one. */
	line(text: string): void {
		this.#clear();
		this.#output.write(`${text}\n`);
	}

	[Symbol.dispose](): void {
		clearInterval(this.#timer);
		this.#clear();
	}

	#draw(): void {
		const standing = this.#standing();
		if (standing.label !== this.#label) {
			// What was done before the first look counts as done under the first label.
			if (this.#label !== "") {
				this.#labelBegan = this.#now();
				this.#labelObjects = standing.objects;
			}
			this.#label = standing.label;
			this.#clear();
		}
		if (this.#output.isTTY) this.#drawBar(standing);
		else this.#output.write(`${this.#sentence(standing)}\n`);
	}

	#drawBar(standing: Standing): void {
		const total = standing.totalObjects;
		if (total === undefined) {
			this.#clear();
			this.#output.write(this.#sentence(standing));
			return;
		}
		if (this.#bar === undefined) {
			this.#bar = new SingleBar(
				{
					format:
						"{label} {bar} {percentage}% | {value}/{total} objects | {rate}/s | {left} left",
					barsize: 20,
					stream: this.#output,
					noTTYOutput: false,
					clearOnComplete: true,
					stopOnComplete: false,
					gracefulExit: false,
					hideCursor: false,
					linewrap: false,
					fps: 1000 / DRAW_EVERY_MS,
				},
				Presets.shades_classic,
			);
			this.#bar.start(total, standing.objects, this.#payload(standing));
		}
		this.#bar.update(standing.objects, this.#payload(standing));
	}

	#payload(standing: Standing): object {
		return {
			label: standing.label,
			rate: formatCount(Math.round(this.#rate(standing))),
			left: this.#left(standing),
		};
	}

	#sentence(standing: Standing): string {
		const { label, objects, totalObjects, bytes, totalBytes } = standing;
		const rate = `${formatCount(Math.round(this.#rate(standing)))}/s`;
		if (totalObjects === undefined)
			return `${label}: ${formatCount(objects)} objects, ${rate}`;
		const amount = `${formatCount(objects)} of ${formatCount(totalObjects)} objects`;
		return `${label}: ${amount}, ${formatBytes(bytes)} of ${formatBytes(totalBytes)}, ${rate}, ${this.#left(standing)} left`;
	}

	/** Objects a second since this label began. */
	#rate({ objects }: Standing): number {
		const seconds = (this.#now() - this.#labelBegan) / 1000;
		return seconds < 0.1 ? 0 : (objects - this.#labelObjects) / seconds;
	}

	/** The longer of what is left by objects and by bytes: small objects cost requests, large ones bandwidth. */
	#left(standing: Standing): string {
		const elapsed = this.#now() - this.#labelBegan;
		const byObjects = remaining(
			elapsed,
			standing.objects,
			standing.totalObjects ?? 0,
		);
		const byBytes = remaining(elapsed, standing.bytes, standing.totalBytes);
		const left = Math.max(byObjects, byBytes);
		return Number.isFinite(left) && elapsed > 1000 ? formatDuration(left) : "?";
	}

	#clear(): void {
		if (this.#bar !== undefined) {
			this.#bar.stop();
			this.#bar = undefined;
		}
		if (this.#output.isTTY) {
			this.#output.clearLine(0);
			this.#output.cursorTo(0);
		}
	}
}

function remaining(elapsedMs: number, done: number, total: number): number {
	if (total <= done) return 0;
	return done === 0
		? Number.POSITIVE_INFINITY
		: (elapsedMs / done) * (total - done);
}
