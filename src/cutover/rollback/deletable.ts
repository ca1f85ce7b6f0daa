import { isLink } from "../../layout/order.ts";
import { kindOf } from "../../layout/paths.ts";
import type { BaseFile } from "../../sync/base-file.ts";

/**
 * Decides what of the old source goes with what is gone from the target.
 *
 * | the target has it no more, or never had it          | link   | anything else |
 * | --------------------------------------------------- | ------ | ------------- |
 * | both sides had it when the registry went over       | delete | keep          |
 * | a rollback has put it into the source since         | delete | keep          |
 * | only the source ever had it (damage, strays)        | keep   | keep          |
 *
 * A blob that nobody needs does no harm, and one that was taken for that may be the last.
 */
export function isDeletable(
	key: string,
	base: Pick<BaseFile, "isShared" | "writtenTo">,
): boolean {
	if (!isLink(kindOf(key))) return false;
	return (
		base.isShared(key) ||
		base.writtenTo(key).some((content) => content !== undefined)
	);
}
