import { UsageError } from "./usage-error.ts";

const UNITS: Readonly<Record<string, number>> = {
	s: 1000,
	m: 60_000,
	h: 3_600_000,
};

/** The milliseconds that a text like `90s`, `2m` or `1h30m` stands for; `undefined` for any other. */
export function parseDuration(text: string): number | undefined {
	if (!/^(?:\d+[smh])+$/.test(text)) return undefined;
	let total = 0;
	for (const [, count, unit = ""] of text.matchAll(/(\d+)([smh])/g))
		total += Number(count) * (UNITS[unit] ?? 0);
	return total;
}

/** The value of a flag that is a duration, in milliseconds. Throws a `UsageError` when it is none. */
export function durationOf(flag: string, text: string): number {
	const duration = parseDuration(text);
	if (duration !== undefined) return duration;
	throw new UsageError(`--${flag} cannot be "${text}"`, [
		"Write a number with a unit, such as 90s, 2m or 1h30m.",
	]);
}

/** As `durationOf`; of whole days, too: `14d`. */
export function daysOf(flag: string, text: string): number {
	const [, days] = /^(\d+)d$/.exec(text) ?? [];
	return days === undefined
		? durationOf(flag, text)
		: Number(days) * 24 * 3_600_000;
}
