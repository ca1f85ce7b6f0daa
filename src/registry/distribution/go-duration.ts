/** Milliseconds of the units of Go's durations. Source: time.ParseDuration. */
const UNITS: Readonly<Record<string, number>> = {
	ns: 1e-6,
	us: 1e-3,
	µs: 1e-3,
	ms: 1,
	s: 1000,
	m: 60_000,
	h: 3_600_000,
};

/** A duration as Go writes it (`1m30s`), in ms; a number alone is in nanoseconds. 0 for what is none. */
export function parseGoDuration(text: string): number {
	if (/^\d+$/.test(text)) return Number(text) / 1e6;
	const parts = text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g);
	return [...parts].reduce(
		(sum, [, amount, unit = ""]) => sum + Number(amount) * (UNITS[unit] ?? 0),
		0,
	);
}
