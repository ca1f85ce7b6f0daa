import prettyBytes from "pretty-bytes";
import prettyMilliseconds from "pretty-ms";

const NUMBERS = new Intl.NumberFormat("en");

/** `36,415` */
export function formatCount(count: number): string {
	return NUMBERS.format(count);
}

/** `1 object`, `36,415 objects`; the plural is the singular and "s" unless it is given. */
export function formatObjects(
	count: number,
	singular = "object",
	plural = `${singular}s`,
): string {
	return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** `19.5 MiB` */
export function formatBytes(bytes: number): string {
	return prettyBytes(bytes, { binary: true });
}

/** `1m 12s`; below a second to a tenth. */
export function formatDuration(milliseconds: number): string {
	return prettyMilliseconds(
		Math.max(0, milliseconds),
		milliseconds < 10_000
			? { secondsDecimalDigits: 1 }
			: { secondsDecimalDigits: 0 },
	);
}

/** Text on one line: object names may hold anything, also what moves a terminal's cursor. */
export function printable(text: string): string {
	return text.replaceAll(
		UNPRINTABLE,
		(character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ""}}`,
	);
}

/** JSON as `--json` prints it, in which everything unprintable is escaped as well. */
export function formatJson(value: unknown): string {
	return JSON.stringify(value, undefined, 2)
		.split("\n")
		.map((line) => line.replaceAll(UNPRINTABLE, escapeUnits))
		.join("\n");
}

function escapeUnits(character: string): string {
	return [...Array(character.length).keys()]
		.map((index) => character.charCodeAt(index).toString(16).padStart(4, "0"))
		.map((unit) => `\\u${unit}`)
		.join("");
}

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
