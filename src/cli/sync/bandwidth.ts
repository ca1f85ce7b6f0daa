import { UsageError } from "../usage-error.ts";

/** From a time of the week on, so many bytes a second; infinite: no limit. */
interface Slot {
	/** Minutes since Sunday, 0:00, local time. */
	readonly minute: number;
	readonly bytesPerSecond: number;
}

/** A unit's bytes. A number without one is in KiB, as rclone has it. */
const UNITS: Readonly<Record<string, number>> = {
	b: 1,
	"": 1024,
	k: 1024,
	m: 1024 ** 2,
	g: 1024 ** 3,
};

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const DAY_MINUTES = 24 * 60;
const WEEK_MINUTES = 7 * DAY_MINUTES;

/**
 * The bytes a second that the value of `--bwlimit` allows, as they are at a time; infinite: no limit. A timetable's last
 * entry lasts until its first, also over the end of the week. Throws a `UsageError` when it is not written like one.
 */
export function parseBandwidth(text: string): number | ((at: Date) => number) {
	if (!text.includes(",")) return rateOf(text.trim(), text);
	const slots = text
		.split(/[ ;]+/)
		.filter((entry) => entry !== "")
		.flatMap((entry) => slotsOf(entry, text));
	return (at) => slotAt(slots, at)?.bytesPerSecond ?? Number.POSITIVE_INFINITY;
}

/** The entry that began last, going back over the end of the week; of two at one time, the later. */
function slotAt(slots: readonly Slot[], at: Date): Slot | undefined {
	const now = at.getDay() * DAY_MINUTES + at.getHours() * 60 + at.getMinutes();
	const age = ({ minute }: Slot) =>
		(now - minute + WEEK_MINUTES) % WEEK_MINUTES;
	let newest: Slot | undefined;
	for (const slot of slots)
		if (newest === undefined || age(slot) <= age(newest)) newest = slot;
	return newest;
}

function slotsOf(entry: string, text: string): readonly Slot[] {
	const found =
		/^(?:([a-z]{3})[a-z]*-)?([01]\d|2[0-3]):([0-5]\d),([^,]+)$/i.exec(entry);
	if (found === null)
		throw refusal(text, `"${entry}" is no entry of a timetable`);
	const [, day, hours, minutes, rate = ""] = found;
	const bytesPerSecond = rateOf(rate, text);
	const minute = Number(hours) * 60 + Number(minutes);
	const days =
		day === undefined ? DAYS.keys() : [DAYS.indexOf(day.toLowerCase())];
	return Array.from(days, (each) => {
		if (each === -1) throw refusal(text, `"${entry}" names no day of the week`);
		return { minute: each * DAY_MINUTES + minute, bytesPerSecond };
	});
}

function rateOf(rate: string, text: string): number {
	if (rate === "off") return Number.POSITIVE_INFINITY;
	const found = /^(\d+(?:\.\d+)?)(?:(b)|([kmg]?)(?:ib?)?)$/i.exec(rate);
	const [, count, bytes, unit = ""] = found ?? [];
	const factor = UNITS[(bytes ?? unit).toLowerCase()];
	if (count === undefined || factor === undefined)
		throw refusal(text, `"${rate}" is no number of bytes`);
	const bytesPerSecond = Number(count) * factor;
	return bytesPerSecond === 0 ? Number.POSITIVE_INFINITY : bytesPerSecond;
}

function refusal(text: string, why: string): UsageError {
	return new UsageError(`--bwlimit cannot be "${text}": ${why}`, [
		'Write bytes a second, such as 10M or 512k, or a timetable: "08:00,512k 18:00,30M 23:00,off", with days if need be: "Mon-08:00,512k".',
	]);
}
