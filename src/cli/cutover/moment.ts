/** A time in UTC, and as the clock on the wall has it where that is another: `2026-01-31 12:00:00 UTC (17:30:00 +05:30)`. */
export function moment(ms: number): string {
	const [utc, local] = momentCells(ms);
	const isUtc = new Date(ms).getTimezoneOffset() === 0;
	return `${utc} UTC${isUtc ? "" : ` (${local})`}`;
}

/** The same apart: UTC, and the clock on the wall with its offset. */
export function momentCells(ms: number): readonly [utc: string, local: string] {
	const minutes = -new Date(ms).getTimezoneOffset();
	const local = new Date(ms + minutes * 60_000).toISOString().slice(11, 19);
	const size = Math.abs(minutes);
	const offset = `${minutes < 0 ? "-" : "+"}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
	return [utc(ms), `${local} ${offset}`];
}

/** A time in UTC, to the second: `2026-01-31 12:00:00`. */
export function utc(ms: number): string {
	return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}

/** The time of day (UTC) of a time in ISO 8601. */
export function clock(iso: string): string {
	return iso.slice(11, 19);
}

function pad(count: number): string {
	return String(count).padStart(2, "0");
}
