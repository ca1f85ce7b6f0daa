import type { VerifyEvent } from "../verify/event.ts";
import {
	FINDING_CAUSES,
	FINDING_KINDS,
	type Finding,
	type FindingCause,
	type FindingKind,
} from "../verify/finding.ts";
import type { SideCounts } from "../verify/tally.ts";
import type { VerifyResult } from "../verify/verify.ts";
import {
	formatBytes,
	formatCount,
	formatObjects,
	printable,
} from "./format.ts";
import type { Standing } from "./progress.ts";

/** What each kind of finding is called in a report. */
const KINDS: Readonly<Record<FindingKind, string>> = {
	missing: "missing at the target",
	extra: "at the target and not in the source",
	different: "different",
	corrupt: "corrupt: the content is not what its name says",
	empty: "empty",
	marker:
		"directory markers at the target, which a registry can take for tags without a name",
	unknown: "unknown: could not be looked at",
};

const CAUSES: Readonly<Record<FindingCause, string>> = {
	migration: "not as the source has it",
	source: "broken in the source already",
	expected: "new in the source since the verification began",
	unknown: "cause unknown",
};

/** Folds a verification's events into progress, and its result into a report. */
export class VerifyView {
	readonly #print: (line: string) => void;
	readonly #listed = { source: 0, target: 0 };
	#compared = 0;

	constructor(print: (line: string) => void) {
		this.#print = print;
	}

	get standing(): Standing {
		const objects =
			this.#compared > 0
				? this.#compared
				: Math.max(this.#listed.source, this.#listed.target);
		return {
			label: "Comparing",
			objects,
			totalObjects: undefined,
			bytes: 0,
			totalBytes: 0,
		};
	}

	observe(event: VerifyEvent): void {
		switch (event.type) {
			case "listed":
				this.#listed[event.side] += event.objects;
				break;
			case "compared":
				this.#compared += event.objects;
				break;
			case "finding":
				// The result holds them, counted and bounded.
				break;
			default:
				event satisfies never;
		}
	}

	summarize(result: VerifyResult): void {
		this.#printSide("Source", result.source);
		this.#printSide("Target", result.target);
		for (const kind of FINDING_KINDS) this.#printFindings(result, kind);
		this.#print(verdict(result));
	}

	#printSide(name: string, counts: SideCounts): void {
		const ignored = Object.entries(counts.ignored)
			.filter(([, { objects }]) => objects > 0)
			.map(([reason, { objects }]) => `${formatCount(objects)} ${reason}`);
		if (counts.uploads > 0) {
			ignored.push(
				`what _uploads holds in ${formatObjects(counts.uploads, "repository", "repositories")}`,
			);
		}
		const apart =
			ignored.length === 0 ? "" : `; not counted: ${ignored.join(", ")}`;
		this.#print(
			`${name}: ${formatObjects(counts.objects)}, ${formatBytes(counts.bytes)}${apart}  ${counts.url}`,
		);
	}

	#printFindings(result: VerifyResult, kind: FindingKind): void {
		const { count, causes, examples } = result.findings[kind];
		if (count === 0) return;
		const why = FINDING_CAUSES.filter((cause) => causes[cause] > 0).map(
			(cause) => `${formatCount(causes[cause])} ${CAUSES[cause]}`,
		);
		this.#print(`${formatObjects(count)} ${KINDS[kind]} (${why.join(", ")})`);
		for (const finding of examples) this.#print(`  ${describe(finding)}`);
		if (count > examples.length)
			this.#print(`  and ${formatObjects(count - examples.length, "other")}`);
	}
}

function describe({ key, cause, source, target, error }: Finding): string {
	const notes: string[] = [];
	if (source?.content !== undefined && target?.content !== undefined) {
		notes.push(
			`source holds ${quoted(source.content)}, target ${quoted(target.content)}`,
		);
	} else if (
		source !== undefined &&
		target !== undefined &&
		source.size !== target.size
	) {
		notes.push(
			`${formatBytes(source.size)} in the source, ${formatBytes(target.size)} at the target`,
		);
	}
	if (error !== undefined) notes.push(error.message);
	if (cause !== "migration") notes.push(CAUSES[cause]);
	return notes.length === 0
		? printable(key)
		: `${printable(key)}: ${notes.join("; ")}`;
}

function quoted(content: string): string {
	return content === "" ? "nothing" : JSON.stringify(printable(content));
}

function verdict(result: VerifyResult): string {
	const { source, target, findings } = result;
	if (source.objects === 0) {
		return "The source holds no object of a registry, which proves nothing: is it the directory or prefix that holds docker/registry/v2?";
	}
	if (result.isEqual) {
		return result.level === "counts"
			? "Both have the same number of objects. That is no proof that they are the same: run verify without --counts."
			: "The target is the same as the source: every key, size and link content.";
	}
	if (findings.unknown.count > 0)
		return "It is not known whether the target is the same: not everything could be looked at.";
	if (result.level === "counts" && source.objects !== target.objects) {
		return "The numbers differ: run verify without --counts to see where.";
	}
	const causes = FINDING_KINDS.map((kind) => findings[kind].causes);
	const isOnly = (...allowed: FindingCause[]) =>
		causes.every((counts) =>
			FINDING_CAUSES.every(
				(cause) => counts[cause] === 0 || allowed.includes(cause),
			),
		);
	if (isOnly("source"))
		return "The target differs only in what is broken in the source already: the migration broke nothing.";
	if (isOnly("source", "expected"))
		return "The source has moved on since: run sync again, then verify.";
	return "The target is not the same as the source: run sync, then verify again.";
}
