import {
	chmodSync,
	cpSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd } from "../services/at-end.ts";
import { type Removal, without } from "./defence.ts";

/** What no test needs of a working tree, or is linked. */
const LEFT_OUT: ReadonlySet<string> = new Set([
	...[".git", "node_modules", "dist", "bench-results"],
]);

/** A copy of the working tree as it is now, changes that are not committed included. It goes with this process at the latest. */
export class WorkingCopy implements Disposable {
	readonly folder: string;
	readonly #callOff: () => void;

	/** `root`: of the repository. */
	constructor(root: string) {
		this.folder = mkdtempSync(join(tmpdir(), "regmigrate-defences-"));
		this.#callOff = atEnd(() => this.#remove());
		// Some tests run the program as another user than root.
		chmodSync(this.folder, 0o755);
		for (const name of readdirSync(root))
			if (!LEFT_OUT.has(name))
				cpSync(join(root, name), join(this.folder, name), { recursive: true });
		const modules = realpathSync(join(root, "node_modules"));
		symlinkSync(modules, join(this.folder, "node_modules"));
	}

	/** Removes pieces of the program, until what is returned is disposed of. */
	remove(removed: readonly Removal[]): Disposable {
		const files = new Set(removed.map(({ file }) => file));
		const originals = [...files].map((file) => {
			const path = join(this.folder, file);
			const text = readFileSync(path, "utf8");
			return { path, text, changed: without(text, file, removed) };
		});
		for (const { path, changed } of originals) writeFileSync(path, changed);
		return {
			[Symbol.dispose]() {
				for (const { path, text } of originals) writeFileSync(path, text);
			},
		};
	}

	[Symbol.dispose](): void {
		this.#callOff();
		this.#remove();
	}

	#remove(): void {
		rmSync(this.folder, { recursive: true, force: true });
	}
}
