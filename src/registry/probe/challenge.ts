/** How a server wants to be shown who asks: one challenge of a header WWW-Authenticate. */
export interface Challenge {
	/** In lower case: `basic`, `bearer`. */
	readonly scheme: string;
	/** By name in lower case, with the quotes taken off. */
	readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const SEPARATORS = /[\s,]*/y;
const BLANKS = /\s*/y;
const EQUALS = /\s*=\s*/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;
/** What some schemes have in place of parameters. */
const TOKEN68 = /\s+[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$))/y;

/**
 * Reads a header WWW-Authenticate, which may hold several challenges, and come several times. What cannot be read is
 * passed over, so that a scheme nobody knows does not hide the ones after it. Source: RFC 9110, sections 5.6 and 11.6.1.
 */
export function parseChallenges(
	header: string | readonly string[] | undefined,
): readonly Challenge[] {
	const lines = typeof header === "string" ? [header] : (header ?? []);
	return lines.flatMap(parseLine);
}

function parseLine(line: string): readonly Challenge[] {
	const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
	const read = (pattern: RegExp): RegExpExecArray | undefined => {
		pattern.lastIndex = at;
		const found = pattern.exec(line);
		if (found === null) return undefined;
		at = pattern.lastIndex;
		return found;
	};
	let at = 0;
	for (;;) {
		read(SEPARATORS);
		if (at === line.length) return challenges;
		const name = read(TOKEN)?.[0].toLowerCase();
		if (name === undefined) {
			at++;
			continue;
		}
		const current = challenges.at(-1);
		if (current === undefined || read(EQUALS) === undefined) {
			challenges.push({ scheme: name, parameters: new Map() });
			read(TOKEN68);
			read(BLANKS);
			continue;
		}
		const quoted = read(QUOTED)?.[1]?.replaceAll(/\\(.)/g, "$1");
		const value = quoted ?? read(TOKEN)?.[0];
		if (value !== undefined && !current.parameters.has(name))
			current.parameters.set(name, value);
	}
}
