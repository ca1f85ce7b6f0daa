import { rmSync } from "node:fs";
import { join } from "node:path";
import { backPass } from "../../../src/cutover/rollback/back-pass.ts";
import { notingWrites } from "../../../src/cutover/rollback/noting-writes.ts";
import {
	type SourceChange,
	sourceChanges,
} from "../../../src/cutover/rollback/source-changes.ts";
import {
	type TagChange,
	tagChanges,
} from "../../../src/cutover/rollback/tag-changes.ts";
import { MARKER_KEY } from "../../../src/layout/marker.ts";
import { copyRank } from "../../../src/layout/order.ts";
import { MemoryStore } from "../../../src/store/memory.ts";
import type { ObjectStore } from "../../../src/store/object-store.ts";
import { BaseFile } from "../../../src/sync/base-file.ts";
import type { SyncResult } from "../../../src/sync/events.ts";
import { sync } from "../../../src/sync/pass.ts";
import { writeReversedIndex } from "../../../src/sync/reversed-index.ts";
import { seenTags } from "../../../src/sync/seen-tags.ts";
import { writeBase } from "../../../src/sync/write-base.ts";
import { contentOf } from "../../sync/content.ts";
import type { Action } from "../../sync/live-registry.ts";
import { memoryDirectory } from "../../sync/memory-directory.ts";

/** A registry in memory that went over from its source to its target, and what leads back. */
export class MergedRegistry implements Disposable {
	readonly source = new MemoryStore("source");
	readonly target = new MemoryStore("target");
	readonly #state = memoryDirectory("merge");

	get basePath(): string {
		return join(this.#state, "registry.base");
	}

	get indexPath(): string {
		return join(this.#state, "back.index");
	}

	/** A pass, as the last one before the point of no return; then what is on both sides is kept. */
	async goOver(): Promise<void> {
		const path = join(this.#state, "there.index");
		await sync(this.source, this.target, {
			indexPath: path,
			deletes: { approve: () => true },
		});
		writeBase(path, this.basePath, { id: "one" });
		await this.target.delete([MARKER_KEY]);
	}

	/** Lets the registry do something, on the target. */
	async act(...actions: readonly Action[]): Promise<void> {
		await actOn(this.target, actions);
	}

	/** What somebody else has changed in the source. */
	async changes(): Promise<readonly SourceChange[]> {
		using base = new BaseFile(this.basePath);
		return await Array.fromAsync(sourceChanges(this.source, base, {}));
	}

	tags(): readonly TagChange[] {
		using base = new BaseFile(this.basePath);
		const before = base.shared(copyRank("current"));
		return [...tagChanges(before, seenTags(this.indexPath))];
	}

	/** Begins anew, as a process does that knows of no other. */
	begin(): void {
		using base = new BaseFile(this.basePath);
		writeReversedIndex(base, this.indexPath);
	}

	/** One pass back. `through`: what its writes go through. */
	async back(
		isLast: boolean,
		through: (source: ObjectStore) => ObjectStore = (source) => source,
	): Promise<SyncResult> {
		using base = new BaseFile(this.basePath);
		const source = notingWrites(through(this.source), base);
		return await sync(this.target, source, {
			...backPass(base, this.indexPath),
			deletes: isLast
				? { approve: () => true, maxObjects: Number.MAX_SAFE_INTEGER }
				: undefined,
		});
	}

	[Symbol.dispose](): void {
		rmSync(this.#state, { recursive: true, force: true });
	}
}

/** Lets a registry act on its store. */
export async function actOn(
	store: ObjectStore,
	actions: readonly Action[],
): Promise<void> {
	for (const action of actions)
		for (const { key, content } of [...action(await contentOf(store))])
			if (content === undefined) await store.delete([key]);
			else await store.put(key, content);
}
