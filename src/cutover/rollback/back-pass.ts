import type { BaseFile } from "../../sync/base-file.ts";
import type { SyncOptions } from "../../sync/pass.ts";
import { isDeletable } from "./deletable.ts";

/**
 * How a pass from the target back to the old source is made: all that the target has is copied in the order of every pass
 * (I1), what is the same stays, blobs that were corrupt there are overwritten by good ones; and nothing counts as gone but
 * what is deletable. The index is one that `writeReversedIndex` has made. To be used by whoever has the registry alone.
 */
export function backPass(
	base: Pick<BaseFile, "isShared" | "writtenTo">,
	indexPath: string,
): SyncOptions {
	return {
		indexPath,
		isExtra: (key) => isDeletable(key, base),
		// It holds the registry as it was: whose it is, the base tells.
		isTargetNotEmpty: true,
		isTakeOver: true,
	};
}
