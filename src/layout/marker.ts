/**
 * The object by which a target is known to be one. It lies beside `docker/`, where no registry looks. It is JSON; a pass
 * writes it before anything else, and whoever checks a target may read it.
 */
export const MARKER_KEY = "regmigrate.json";

/** Longest marker that is believed to be one (bytes). */
export const MAX_MARKER_BYTES = 16 * 1024;

/**
 * What the last pass to a target left out of the source:
 * - `repositories`: those that were not selected, and what only they need.
 * - `unreferenced`: blobs that no link of the source names.
 */
export type Partiality = "repositories" | "unreferenced";

/** The marker's JSON; `undefined` for a text that is none: whatever it is, it marks nothing. */
export function parseMarkerText(text: string): object | undefined {
	try {
		const json: unknown = JSON.parse(text);
		return typeof json === "object" && json !== null ? json : undefined;
	} catch {
		return undefined;
	}
}

/**
 * Which pass a marker says has written to its target last, as a text that is like no other pass's; `undefined`: it does not
 * tell.
 */
export function lastPassOf(marker: object): string | undefined {
	return "nonce" in marker &&
		typeof marker.nonce === "string" &&
		"pass" in marker &&
		typeof marker.pass === "number"
		? `${marker.nonce} ${marker.pass}`
		: undefined;
}

/** What a marker says that was left out; `undefined`: nothing. */
export function partialityOf(marker: object): Partiality | undefined {
	if (!("partial" in marker)) return undefined;
	const { partial } = marker;
	if (partial === "repositories" || partial === "unreferenced") return partial;
	// What another version has written is no claim that all is there.
	return partial === undefined || partial === false
		? undefined
		: "repositories";
}
