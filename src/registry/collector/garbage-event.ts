import type { ReadOnlyEvent } from "../read-only/events.ts";
import type { FlushResult } from "../redis/flush.ts";
import type { Collection } from "./collection.ts";

/** What has happened while garbage was collected. */
export type GarbageEvent =
	| ReadOnlyEvent
	/** The collector was started. */
	| { readonly type: "collecting"; readonly command: string }
	| { readonly type: "collected"; readonly collection: Collection }
	/** It failed, or was ended; nothing of it runs any more. */
	| { readonly type: "collector-ended"; readonly reason: string }
	/** What the registry remembered in Redis was deleted. */
	| { readonly type: "flushed"; readonly result: FlushResult };
