import {
	MARKER_KEY,
	MAX_MARKER_BYTES,
	type Partiality,
	parseMarkerText,
	partialityOf,
} from "../layout/marker.ts";
import { StoreError } from "../store/errors.ts";
import type { Verification } from "./verification.ts";

/**
 * What the target's marker says that it lacks because it was left out. It decides nothing: what is missing is found by
 * comparing. `undefined` where it says nothing, and where whoever verifies may not read it.
 */
export async function readPartiality({
	target: { store },
	signal,
}: Pick<Verification, "target" | "signal">): Promise<Partiality | undefined> {
	try {
		await using reader = await store.get(MARKER_KEY, { signal });
		if (reader.meta.size > MAX_MARKER_BYTES) return undefined;
		const bytes = await reader.bytes(MAX_MARKER_BYTES);
		const marker = parseMarkerText(Buffer.from(bytes).toString());
		return marker && partialityOf(marker);
	} catch (error) {
		if (error instanceof StoreError) return undefined;
		throw error;
	}
}
