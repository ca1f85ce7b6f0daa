import type { Claim } from "./claim.ts";
import type { DeleteCounts } from "./delete-plan.ts";

/**
 * A delete plan as it is written down:
 *
 * ```
 * # regmigrate delete plan 1
 * # source: file:///var/lib/registry/
 * # target: https://s3.eu-west-1.amazonaws.com/bucket/
 * # claim: 0b9f… 7
 * # made: 2026-01-31T12:00:00.000Z
 * # objects: 2
 * …
 * docker/registry/v2/repositories/acme/app/_manifests/tags/v1/current/link
 * docker/registry/v2/blobs/sha256/ab/ab…/data
 * # end: sha256:…
 * ```
 *
 * The keys are in the order in which they are deleted. One that a line cannot show is a JSON string. The last line has
 * the SHA-256 of all above it, so that a plan that was cut off, or changed, is none.
 */
export const PLAN_TITLE = "# regmigrate delete plan 1";

/** What a plan says of itself. */
export interface PlanHeader extends DeleteCounts {
	/** The identities of both sides. */
	readonly source: string;
	readonly target: string;
	/** What the target's marker said when the plan was made. */
	readonly claim: Claim | undefined;
	/** In ISO 8601. */
	readonly madeAt: string;
}

/** The lines before the keys. */
export function headerLines(header: PlanHeader): readonly string[] {
	const { claim } = header;
	const values: Readonly<Record<string, string | number>> = {
		source: spelled(header.source),
		target: spelled(header.target),
		claim: claim === undefined ? NONE : `${claim.nonce} ${claim.pass}`,
		made: header.madeAt,
		objects: header.objects,
		bytes: header.bytes,
		tags: header.tags,
		"target-tags": header.targetTags,
		links: header.links,
		blobs: header.blobs,
		"named-blobs": header.namedBlobs,
	};
	return [
		PLAN_TITLE,
		...Object.entries(values).map(([name, value]) => `# ${name}: ${value}`),
	];
}

/** Lines before the keys: the title, and one for each value. */
export const HEADER_LINES = 12;

/** Reads the lines before the keys; `undefined` when they are no plan's. */
export function parseHeader(lines: readonly string[]): PlanHeader | undefined {
	const [title, ...rest] = lines;
	if (title !== PLAN_TITLE) return undefined;
	const values = new Map(
		rest.flatMap((line) => {
			const [, name, value] = VALUE.exec(line) ?? [];
			return name === undefined || value === undefined ? [] : [[name, value]];
		}),
	);
	const text = (name: string) => parseSpelled(values.get(name) ?? "");
	const number = (name: string) => Number(values.get(name) ?? Number.NaN);
	const [source, target] = [text("source"), text("target")];
	const madeAt = values.get("made");
	const [nonce, pass, ...others] = values.get("claim")?.split(" ") ?? [];
	const counts = {
		objects: number("objects"),
		bytes: number("bytes"),
		tags: number("tags"),
		targetTags: number("target-tags"),
		links: number("links"),
		blobs: number("blobs"),
		namedBlobs: number("named-blobs"),
	};
	const isWhole =
		Object.values(counts).every(isCount) &&
		madeAt !== undefined &&
		!Number.isNaN(Date.parse(madeAt)) &&
		nonce !== undefined &&
		others.length === 0 &&
		(pass === undefined ? nonce === NONE : isCount(Number(pass)));
	if (!isWhole || !source || !target) return undefined;
	const claim = pass === undefined ? undefined : { nonce, pass: Number(pass) };
	return { ...counts, source, target, claim, madeAt };
}

/** A line of a key. */
export function spelled(text: string): string {
	if (!UNPRINTABLE.test(text) && !/^["#]/.test(text)) return text;
	return JSON.stringify(text).replaceAll(UNPRINTABLES, (character) =>
		character
			.split("")
			.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
			.join(""),
	);
}

/** What such a line says; `undefined` when it says nothing. */
export function parseSpelled(line: string): string | undefined {
	if (!line.startsWith('"'))
		return line === "" || line.startsWith("#") ? undefined : line;
	try {
		const text: unknown = JSON.parse(line);
		return typeof text === "string" && text !== "" ? text : undefined;
	} catch {
		// Whatever it is, it is no key.
		return undefined;
	}
}

/** The last line; `hex` is the SHA-256 of all lines above it, each with its newline. */
export function endLine(hex: string): string {
	return `# end: sha256:${hex}`;
}

const VALUE = /^# ([a-z-]+): (.+)$/;
const NONE = "none";
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const UNPRINTABLES = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

function isCount(value: number): boolean {
	return Number.isSafeInteger(value) && value >= 0;
}
