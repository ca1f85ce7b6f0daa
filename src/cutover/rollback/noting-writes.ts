import { isLink } from "../../layout/order.ts";
import { kindOf } from "../../layout/paths.ts";
import type { ObjectStore } from "../../store/object-store.ts";
import { passOn } from "../../store/pass-on.ts";
import type { BaseFile } from "../../sync/base-file.ts";

/**
 * The old source, of which every link is noted before it is written or deleted (I5): by that, what an interrupted
 * rollback has left there is told from what somebody else has changed.
 */
export function notingWrites(
	source: ObjectStore,
	base: Pick<BaseFile, "noteWrite">,
): ObjectStore {
	return {
		...passOn(source),
		async put(key, body, options) {
			if (isLink(kindOf(key))) {
				const bytes = body instanceof Uint8Array ? body : await body.bytes();
				base.noteWrite(key, Buffer.from(bytes).toString("latin1"));
			}
			return await source.put(key, body, options);
		},
		async delete(keys, call) {
			for (const key of keys)
				if (isLink(kindOf(key))) base.noteWrite(key, undefined);
			return await source.delete(keys, call);
		},
	};
}
