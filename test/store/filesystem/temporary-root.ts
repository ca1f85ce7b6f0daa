import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { FilesystemStore } from "../../../src/store/filesystem/filesystem-store.ts";
import type { ListOptions } from "../../../src/store/object-store.ts";
import { pagesOf } from "../../conformance/objects.ts";

/** A directory of a test's own with a store in it; disposing removes it. */
export class TemporaryRoot implements Disposable {
	readonly path = mkdtempSync(join(tmpdir(), "regmigrate-files-"));
	readonly store = new FilesystemStore(this.path);

	at(...components: string[]): string {
		return join(this.path, ...components);
	}

	/** The names in one of its directories, in order. */
	names(directory: string = ""): readonly string[] {
		return readdirSync(this.at(directory)).sort();
	}

	/** Writes files that hold their own name; not through the store. */
	async fill(...names: string[]): Promise<void> {
		for (const name of names) {
			await mkdir(dirname(this.at(name)), { recursive: true });
			await writeFile(this.at(name), name);
		}
	}

	/** What a listing gives, flat: keys, prefixes that were cut off, and what could not be looked at, with the code. */
	async list(options: Partial<ListOptions> = {}) {
		const pages = await pagesOf(this.store, { prefix: "", ...options });
		return {
			keys: pages.flatMap(({ objects }) => objects.map(({ key }) => key)),
			prefixes: pages.flatMap(({ prefixes }) => prefixes),
			unreadable: pages.flatMap(({ unreadable }) =>
				unreadable.map(({ prefix, error }) => [prefix, error.code]),
			),
		};
	}

	[Symbol.dispose](): void {
		rmSync(this.path, { recursive: true, force: true });
	}
}
