import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where a test may keep an index; disposing removes it. */
export class TemporaryIndex implements Disposable {
	readonly directory = mkdtempSync(join(tmpdir(), "regmigrate-index-"));
	/** In a directory that does not exist yet. */
	readonly path = join(this.directory, "state", "index.sqlite");

	[Symbol.dispose](): void {
		rmSync(this.directory, { recursive: true, force: true });
	}
}
