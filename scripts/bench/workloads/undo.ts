import {
	existsSync,
	readFileSync,
	rmSync,
	statSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { dirname } from "node:path";

/** What a file was; undefined: there was none. */
interface Before {
	readonly content: Buffer;
	readonly modified: Date;
}

/** Takes back what is done to some files. */
export interface Undo {
	/** To be called before a file is written. */
	remember(path: string): void;
	/** The files that were remembered. */
	paths(): readonly string[];
	/** Makes them what they were, time stamps included (of whole milliseconds). Directories that were made go. */
	undo(): void;
}

/** An undo that remembers nothing yet. */
export function makeUndo(): Undo {
	const files = new Map<string, Before | undefined>();
	const madeDirectories = new Set<string>();
	return {
		remember(path) {
			if (files.has(path)) return;
			if (existsSync(path)) {
				const { mtime } = statSync(path);
				files.set(path, { content: readFileSync(path), modified: mtime });
				return;
			}
			files.set(path, undefined);
			let made: string | undefined;
			for (let up = dirname(path); !existsSync(up); up = dirname(up)) made = up;
			if (made !== undefined) madeDirectories.add(made);
		},
		paths: () => [...files.keys()],
		undo() {
			for (const [path, before] of files) {
				if (before === undefined) rmSync(path, { force: true });
				else {
					writeFileSync(path, before.content);
					utimesSync(path, before.modified, before.modified);
				}
			}
			for (const path of madeDirectories)
				rmSync(path, { recursive: true, force: true });
			files.clear();
			madeDirectories.clear();
		},
	};
}
