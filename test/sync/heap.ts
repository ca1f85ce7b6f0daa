import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Collects garbage, so that what is measured is what is held. */
const collectGarbage: () => void = (() => {
	setFlagsFromString("--expose-gc");
	return runInNewContext("gc");
})();

/** Watches how much more the heap holds than it did. */
export class HeapWatch {
	readonly #before: number;
	#most = 0;

	constructor() {
		collectGarbage();
		this.#before = process.memoryUsage().heapUsed;
	}

	/** Takes a measure; takes some ten milliseconds. */
	look(): void {
		collectGarbage();
		const held = process.memoryUsage().heapUsed - this.#before;
		this.#most = Math.max(this.#most, held);
	}

	/** The most that was held at any look. */
	get mostMiB(): number {
		return this.#most / 1024 / 1024;
	}
}
