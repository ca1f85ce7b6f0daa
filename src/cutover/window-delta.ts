import { noteDoubt, takeDoubt } from "./before/doubt-file.ts";
import { Delta } from "./delta.ts";

/**
 * What is to be proven in the window, from process to process: which one knows what the last pass has changed, and what was in
 * doubt before it.
 *
 * | this process            | what was in doubt                | then                  |
 * | ----------------------- | -------------------------------- | --------------------- |
 * | has made no last pass   | -                                | not known             |
 * | has made it             | was noted, and nobody took it    | known                 |
 * | has made it             | taken by one that was killed     | not known             |
 * | has made it             | does not matter (`isTold`)       | known, as far as this process |
 */
export class WindowDelta {
	readonly #path: string;
	readonly #id: string;
	#delta: Delta | undefined;
	#isKnown: boolean;

	/** `isTold`: the operator was told that only what this process changes is proven; default false. */
	constructor(
		{ doubtPath, id }: { readonly doubtPath: string; readonly id: string },
		isTold = false,
	) {
		this.#path = doubtPath;
		this.#id = id;
		this.#isKnown = isTold;
	}

	/** Notes that all but these keys is alike, for whichever process makes the last pass. Throws a `CutoverError`. */
	note(keys: Iterable<string>): void {
		noteDoubt(this.#path, { id: this.#id, keys });
	}

	/** What the last pass adds its changes to; the same each time that this process makes it. Throws what Node throws. */
	begin(): Delta {
		if (this.#delta !== undefined) return this.#delta;
		const doubtful = takeDoubt(this.#path, this.#id);
		this.#isKnown ||= doubtful !== undefined;
		this.#delta = new Delta(doubtful);
		return this.#delta;
	}

	/** `undefined`: it is not known, and all has to be compared. */
	get known(): Delta | undefined {
		return this.#isKnown ? this.#delta : undefined;
	}
}
