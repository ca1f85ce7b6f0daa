import {
	lastPassOf,
	MARKER_KEY,
	MAX_MARKER_BYTES,
	type Partiality,
	parseMarkerText,
	partialityOf,
} from "../layout/marker.ts";
import { StoreError } from "../store/errors.ts";
import type { Verification } from "./verification.ts";

/** What the target's marker says before it is compared; both `undefined`: nothing. */
interface Marked {
	/** What the target lacks because it was left out. */
	readonly partial?: Partiality | undefined;
	/** Which pass has written there last. */
	readonly lastPass?: string | undefined;
}

/**
 * Reads the target's marker. It decides nothing: what is missing is found by comparing. It says nothing where whoever
 * verifies may not read it.
 */
export async function readMarked({
	target: { store },
	signal,
}: Pick<Verification, "target" | "signal">): Promise<Marked> {
	try {
		await using reader = await store.get(MARKER_KEY, { signal });
		if (reader.meta.size > MAX_MARKER_BYTES) return {};
		const bytes = await reader.bytes(MAX_MARKER_BYTES);
		const marker = parseMarkerText(Buffer.from(bytes).toString());
		if (marker === undefined) return {};
		return { partial: partialityOf(marker), lastPass: lastPassOf(marker) };
	} catch (error) {
		if (error instanceof StoreError) return {};
		throw error;
	}
}
