import { parseDuration } from "../duration.ts";
import { UsageError } from "../usage-error.ts";

/**
 * The time that the value of `--until` stands for: a time of day (06:00, the next one, local), a date with a time, or
 * how long from now (8h). Throws a `UsageError` when it is none, or lies in the past.
 */
export function parseUntil(text: string, now: Date): Date {
	const duration = parseDuration(text);
	const later = new Date(now.getTime() + (duration ?? Number.NaN));
	// So long that no date is that far away: as any other text that is no time.
	if (!Number.isNaN(later.getTime())) return later;
	const time = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text);
	if (time !== null) {
		const at = new Date(now);
		at.setHours(Number(time[1]), Number(time[2]), 0, 0);
		// Not 24 hours on: days on which the clocks change are longer or shorter.
		if (at <= now) at.setDate(at.getDate() + 1);
		return at;
	}
	const isFull = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text);
	const at = new Date(isFull ? text.replace(" ", "T") : Number.NaN);
	if (Number.isNaN(at.getTime()))
		throw new UsageError(`--until cannot be "${text}"`, [ADVICE]);
	if (at <= now)
		throw new UsageError(`--until ${text} is in the past`, [ADVICE]);
	return at;
}

const ADVICE =
	"Write a time such as 06:00, a date with a time such as 2026-01-31T06:00, or how long from now: 8h.";
