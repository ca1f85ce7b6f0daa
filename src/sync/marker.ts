import {
	MARKER_KEY,
	MAX_MARKER_BYTES,
	type Partiality,
	parseMarkerText,
	partialityOf,
} from "../layout/marker.ts";
import type { Writer } from "../state/writer.ts";
import { StoreError } from "../store/errors.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { Claim } from "./claim.ts";

/**
 * What the marker says. It is written before anything else: a registry that somebody uses has none, so a pass the wrong
 * way round is refused.
 */
export interface Marker {
	/** The `identity` of the source that the target is filled from. */
	readonly source: string;
	/** Which index knows what the target has; `undefined` when none does. */
	readonly claim: Claim | undefined;
	/** Whose pass writes there; `undefined` when the last one has ended. A pass that was killed is still named. */
	readonly writer: Writer | undefined;
	/** The target may have blobs that no pass has put there and none has read: what another tool has left (I4). */
	readonly isUnproven: boolean;
	/** Only passes from snapshots of the source have written there. */
	readonly isSnapshot: boolean;
	/** What the target lacks because the last pass left it out; `undefined`: nothing. */
	readonly partial: Partiality | undefined;
}

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

/** Marks the target as filled from this source, and as known to this index and no other. */
export async function mark(
	target: ObjectStore,
	{ source, claim, writer, isUnproven, isSnapshot, partial }: Marker,
	signal: AbortSignal | undefined,
): Promise<void> {
	const marker = {
		source,
		...claim,
		writing: writer,
		unproven: isUnproven || undefined,
		snapshot: isSnapshot || undefined,
		partial,
		note: NOTE,
	};
	const text = `${JSON.stringify(marker, undefined, 2)}\n`;
	await target.put(MARKER_KEY, Buffer.from(text), { signal });
}

const NOTE =
	"regmigrate fills this place from that source. Without this file it refuses to write here.";

function parseMarker(text: string): Marker | undefined {
	const json = parseMarkerText(text);
	if (json === undefined) return undefined;
	if (!("source" in json) || typeof json.source !== "string") return undefined;
	return {
		source: json.source,
		claim: parseClaim(json),
		writer: "writing" in json ? parseWriter(json.writing) : undefined,
		isUnproven: "unproven" in json && json.unproven === true,
		isSnapshot: "snapshot" in json && json.snapshot === true,
		partial: partialityOf(json),
	};
}

function parseClaim(json: object): Claim | undefined {
	return "nonce" in json &&
		typeof json.nonce === "string" &&
		"pass" in json &&
		typeof json.pass === "number"
		? { nonce: json.nonce, pass: json.pass }
		: undefined;
}

function parseWriter(json: unknown): Writer | undefined {
	return typeof json === "object" &&
		json !== null &&
		"host" in json &&
		typeof json.host === "string" &&
		"pid" in json &&
		typeof json.pid === "number" &&
		"since" in json &&
		typeof json.since === "string"
		? { host: json.host, pid: json.pid, since: json.since }
		: undefined;
}
