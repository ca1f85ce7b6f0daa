import { StoreError, type StoreErrorOptions } from "../errors.ts";
import { retrying } from "../retry.ts";
import type { BucketPaths } from "./paths.ts";
import type { Plane } from "./plane.ts";
import type { ObjectResource } from "./resource.ts";

/**
 * Deletes what the server made of a put, and no other object of that name, since it is not what was sent (I4).
 * Resolves to the error to reject with.
 */
export async function discarded(
	plane: Plane,
	paths: BucketPaths,
	key: string,
	stored: ObjectResource | undefined,
	about: StoreErrorOptions,
): Promise<StoreError> {
	if (stored !== undefined) {
		const path = paths.object(key, `generation=${stored.meta.version}`);
		const request = { method: "DELETE", path, headers: {} } as const;
		await retrying(() => plane.request(request, about, [404]));
	}
	const reason = "the server stored other bytes than it was sent";
	return new StoreError("unavailable", reason, about);
}
