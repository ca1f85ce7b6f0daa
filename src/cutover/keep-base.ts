import { messageOf } from "../store/thrown.ts";
import { writeBase } from "../sync/write-base.ts";
import { CutoverError } from "./cutover-error.ts";
import type { CutoverWorld } from "./world.ts";

/**
 * Keeps what the last pass has left on both sides, as its index knows it. Nothing may have moved since. Rejects with a
 * `CutoverError`.
 */
export async function keepBase({
	pass,
	basePath,
	id,
}: CutoverWorld): Promise<void> {
	const { indexPath } = pass;
	if (indexPath === undefined)
		throw new RangeError("A cutover makes its passes with an index");
	try {
		writeBase(indexPath, basePath, { id });
	} catch (error) {
		throw new CutoverError(
			"unproven",
			`what is on both sides cannot be kept in ${basePath}: ${messageOf(error)}`,
			{ cause: error },
		);
	}
}
