import { isCancellation } from "../store/errors.ts";
import { readLink } from "./links.ts";
import type { PassContext } from "./pass-context.ts";

/** Whether the source, asked again, lacks an object. One that cannot be looked at is unknown, not absent (I2). */
export async function isGone(
	{ source, signal }: PassContext,
	key: string,
): Promise<boolean> {
	try {
		return (await source.head(key, { signal })) === undefined;
	} catch (error) {
		if (isCancellation(error, signal)) throw error;
		return false;
	}
}

/** What a link of the source holds now; `undefined` when it is gone, "" when that cannot be told. */
export async function contentNow(
	{ source, signal }: PassContext,
	key: string,
): Promise<string | undefined> {
	const read = await readLink(source, key, signal);
	if (read.type === "vanished") return undefined;
	return read.type === "digest" ? read.content : "";
}
