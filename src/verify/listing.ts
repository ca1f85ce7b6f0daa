import { isUpload } from "../layout/exclusion.ts";
import { REGISTRY_PREFIX } from "../layout/paths.ts";
import type { StoreError } from "../store/errors.ts";
import type { ObjectMeta } from "../store/object-store.ts";
import type { FindingError, Side } from "./finding.ts";
import { readAhead } from "./read-ahead.ts";
import type { Verification, VerifiedSide } from "./verification.ts";

/**
 * Lists everything of the registry on one side, in key order, page by page, without looking into `_uploads/`. There is
 * no hint of the only names: what lies beside an expected name is to be seen. Ranges that could not be listed are noted
 * before any object that comes after them is given.
 */
export async function* listSide(
	{ observe, report, signal }: Verification,
	{ side, store, tally, unknown }: VerifiedSide,
): AsyncGenerator<readonly ObjectMeta[], undefined> {
	const pages = store.list({
		prefix: REGISTRY_PREFIX,
		prune: isUpload,
		signal,
	});
	for await (const { objects, prefixes, unreadable } of readAhead(pages)) {
		tally.addUploads(prefixes.length);
		for (const { prefix, error } of unreadable) {
			unknown.add(prefix);
			report({
				kind: "unknown",
				cause: "unknown",
				key: prefix,
				error: findingError(side, error),
			});
		}
		observe({ type: "listed", side, objects: objects.length });
		yield objects;
	}
}

/** A store's error as a finding names it. */
export function findingError(side: Side, error: StoreError): FindingError {
	return { side, code: error.code, message: error.message };
}
