import { StoreError } from "../store/errors.ts";
import type { ObjectStore } from "../store/object-store.ts";

/**
 * The object by which a target is known to be one. It lies beside `docker/`, where no registry looks, and is written
 * before anything else: a registry that somebody uses has none, so a pass the wrong way round is refused.
 */
export const MARKER_KEY = "regmigrate.json";

/** What the marker says. */
export interface Marker {
	/** The `identity` of the source that the target is filled from. */
	readonly source: string;
}

/** Longest marker that is believed to be one (bytes). */
const MAX_MARKER_BYTES = 16 * 1024;

/**
 * The target's marker; `undefined` when it has none, or has something else under its name. Rejects with a `StoreError`
 * when it cannot be looked at (I2).
 */
export async function readMarker(
	target: ObjectStore,
	signal: AbortSignal | undefined,
): Promise<Marker | undefined> {
	try {
		await using reader = await target.get(MARKER_KEY, { signal });
		if (reader.meta.size > MAX_MARKER_BYTES) return undefined;
		return parseMarker(
			Buffer.from(await reader.bytes(MAX_MARKER_BYTES)).toString(),
		);
	} catch (error) {
		if (error instanceof StoreError && error.code === "not-found")
			return undefined;
		throw error;
	}
}

/** Marks the target as filled from this source, unless it is marked so already. */
export async function mark(
	target: ObjectStore,
	source: ObjectStore,
	signal: AbortSignal | undefined,
): Promise<void> {
	const marker: Marker = { source: source.identity };
	if ((await readMarker(target, signal))?.source === marker.source) return;
	const text = `${JSON.stringify({ ...marker, note: NOTE }, undefined, 2)}\n`;
	await target.put(MARKER_KEY, Buffer.from(text), { signal });
}

const NOTE =
	"regmigrate fills this place from that source. Without this file it refuses to write here.";

function parseMarker(text: string): Marker | undefined {
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch {
		// Not ours: whatever it is, it marks nothing.
		return undefined;
	}
	return typeof json === "object" &&
		json !== null &&
		"source" in json &&
		typeof json.source === "string"
		? { source: json.source }
		: undefined;
}
