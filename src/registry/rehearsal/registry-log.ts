import { maskedLines } from "../masking/mask.ts";

/** Most complaints that are told, and characters of one. */
const MOST = 3;
const LONGEST = 400;

/**
 * What a registry complained of in its log, the first of it first, each once, in one line and without secrets (I7). Where
 * it holds no entries but the end of a program (`panic: …`), what that said.
 */
export function complaintsIn(
	log: string,
	secrets: readonly string[],
): readonly string[] {
	const lines = log.split("\n").filter((line) => line.trim() !== "");
	const entries = lines.flatMap((line) => complaintOf(line) ?? []);
	const complaints = entries.length > 0 ? entries : lastWords(lines);
	const texts = [...new Set(complaints)].slice(0, MOST);
	return maskedLines(
		texts.map((text) => ({ text, isRuby: false })),
		secrets,
	).map((masked) => shortened(masked.join(" ")));
}

/**
 * Where entries say what was wrong, in this order: the driver's words as Distribution has them, as GitLab's registry has
 * them, and what the entry says itself.
 */
const FIELDS = ["err.detail", "detail", "error", "err", "msg"];

/** Upon an unknown upload, the registry's own answer says as much. */
function complaintOf(line: string): string | undefined {
	if (!line.startsWith("{")) return undefined;
	let entry: unknown;
	try {
		entry = JSON.parse(line);
	} catch {
		// The end of a log begins within a line.
		return undefined;
	}
	if (typeof entry !== "object" || entry === null) return undefined;
	const values = new Map<string, unknown>(Object.entries(entry));
	if (!/^(error|fatal|panic)$/.test(String(values.get("level"))))
		return undefined;
	const said = FIELDS.map((field) => values.get(field)).find(
		(value) => typeof value === "string" && value.trim() !== "",
	);
	return typeof said === "string" ? oneLine(said) : undefined;
}

/** What a program says when it ends without further ado: before its stack, or in its last line. */
function lastWords(lines: readonly string[]): readonly string[] {
	const stack = lines.findIndex((line) => line.startsWith("goroutine "));
	const words = stack === -1 ? lines : lines.slice(0, stack);
	const fatal = words.filter((line) => /panic:|error|fatal/i.test(line));
	const last = (fatal.length > 0 ? fatal : words).at(-1);
	return last === undefined ? [] : [oneLine(last)];
}

function oneLine(text: string): string {
	return text.replaceAll(/\s+/g, " ").trim();
}

function shortened(text: string): string {
	return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
