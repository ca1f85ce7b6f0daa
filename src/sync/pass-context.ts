import type { ObjectStore } from "../store/object-store.ts";
import type { Crew } from "./crew.ts";
import type { Counts, SyncEvent } from "./events.ts";
import type { NeededLayers } from "./needed-layers.ts";
import type { ObjectIndex } from "./object-index.ts";
import type { Selection } from "./selection.ts";
import type { SourceWatch } from "./source-watch.ts";

/** What every part of a pass works with. */
export interface PassContext {
	readonly source: ObjectStore;
	/** Of a dry run: one that only says that it was written. */
	readonly target: ObjectStore;
	readonly index: ObjectIndex;
	/** `undefined`: all of the source is copied. */
	readonly selection: Selection | undefined;
	/** What the index says of the target is so: nobody has written there since. */
	readonly trustsIndex: boolean;
	/** Whether all is known of the target; before, nothing is decided. */
	readonly isTargetKnown: boolean;
	/** Whether the target has blobs that no pass has put there, and that may not be what their names say. */
	readonly isUnproven: boolean;
	/** Which of the blobs that the source lacks its images need. */
	readonly neededLayers: NeededLayers;
	/** Whether nothing is changed: blobs are not read, but for manifests where layer links dangle. */
	readonly isDryRun: boolean;
	readonly counts: Counts;
	readonly observe: (event: SyncEvent) => void;
	/** Requests at a time to a source that is an object store, while it is read. */
	readonly concurrency: number;
	/** Who reads the source's links, and who copies: as many at a time as pay. */
	readonly crews: { readonly reading: Crew; readonly copying: Crew };
	/** How the source does, which yields to its own users. */
	readonly watch: SourceWatch;
	/** Aborted when it is time to end: nothing new is begun then, and large uploads are postponed. */
	readonly ending: AbortSignal;
	/** Failures after which the pass gives up. */
	readonly maxFailures: number;
	readonly signal: AbortSignal | undefined;
	/** Makes what the index holds outlive the process. */
	readonly save: () => void;
}
