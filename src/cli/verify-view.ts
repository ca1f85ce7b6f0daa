import type { Partiality } from "../layout/marker.ts";
import type { VerifyEvent } from "../verify/event.ts";
import {
	FINDING_CAUSES,
	FINDING_KINDS,
	type Finding,
	type FindingCause,
	type FindingKind,
	type FindingSummaries,
	type FindingSummary,
} from "../verify/finding.ts";
import type { IgnoredReason, SideCounts } from "../verify/tally.ts";
import type { VerifyResult } from "../verify/verify.ts";
import {
	formatBytes,
	formatCount,
	formatObjects,
	printable,
} from "./format.ts";
import type { Standing } from "./sync/progress.ts";

/** What one finding of each kind is called in a report, and what several are. */
const KINDS: Readonly<Record<FindingKind, readonly [string, string]>> = {
	missing: ["object missing at the target", "objects missing at the target"],
	extra: [
		"object at the target that the source does not have",
		"objects at the target that the source does not have",
	],
	different: ["object that differs", "objects that differ"],
	corrupt: [
		"corrupt object: its content is not what its name says",
		"corrupt objects: their content is not what their names say",
	],
	empty: ["empty object", "empty objects"],
	marker: [
		"directory marker at the target, which a registry can take for a tag without a name",
		"directory markers at the target, which a registry can take for tags without a name",
	],
	unknown: [
		"place that could not be looked at",
		"places that could not be looked at",
	],
};

/** What is not compared, likewise. */
const IGNORED: Readonly<Record<IgnoredReason, readonly [string, string]>> = {
	marker: ["directory marker", "directory markers"],
	temporary: ["temporary object", "temporary objects"],
	stray: [
		"object beside the only one that counts",
		"objects beside the only one that counts",
	],
};

const IGNORED_ORDER = ["marker", "temporary", "stray"] as const;

/** Whose fault it is, where it is not simply the migration's. */
const CAUSES: Readonly<Record<Exclude<FindingCause, "migration">, string>> = {
	source: "broken in the source already",
	expected: "new in the source since the verification began",
	unknown: "cause unknown",
};

/** What a target lacks on purpose. */
const PARTIAL: Readonly<Record<Partiality, string>> = {
	repositories:
		"The target is partial: the last pass to it left repositories out, which are missing here; sync without --include and --exclude makes it whole.",
	unreferenced:
		"The target is partial: the last pass to it left out blobs that no link names, which are missing here; sync without --skip-unreferenced makes it whole.",
};

/** Folds a verification's events into progress, and its result into a report. */
export class VerifyView {
	readonly #output: (line: string) => void;
	readonly #listed = { source: 0, target: 0 };
	#compared = 0;

	constructor(output: (line: string) => void) {
		this.#output = output;
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
		if (result.partial !== undefined) this.#print(PARTIAL[result.partial]);
		for (const kind of FINDING_KINDS) this.#printFindings(result, kind);
		this.#print(verdict(result));
	}

	#print(line: string): void {
		this.#output(printable(line));
	}

	#printSide(name: string, counts: SideCounts): void {
		const apart = IGNORED_ORDER.flatMap((reason) => {
			const { objects } = counts.ignored[reason];
			return objects === 0 ? [] : [formatObjects(objects, ...IGNORED[reason])];
		});
		if (counts.uploads > 0) {
			apart.push(
				`what _uploads holds in ${formatObjects(counts.uploads, "repository", "repositories")}`,
			);
		}
		const note = apart.length === 0 ? "" : `; not counted: ${apart.join(", ")}`;
		this.#print(
			`${name} ${counts.url}: ${formatObjects(counts.objects)}, ${formatBytes(counts.bytes)}${note}`,
		);
	}

	#printFindings(result: VerifyResult, kind: FindingKind): void {
		const { count, causes, examples } = result.findings[kind];
		if (count === 0) return;
		const isUnknown = kind === "unknown";
		this.#print(
			formatObjects(count, ...KINDS[kind]) +
				(isUnknown ? "" : why(count, causes)),
		);
		const isMixed = FINDING_CAUSES.every((cause) => causes[cause] < count);
		for (const finding of examples)
			this.#print(`  ${describe(finding, isMixed)}`);
		if (count > examples.length)
			this.#print(`  and ${formatObjects(count - examples.length, "other")}`);
	}
}

/** By how many of the findings it is whose fault. */
function why(count: number, causes: FindingSummary["causes"]): string {
	const others = FINDING_CAUSES.filter((cause) => cause !== "migration").filter(
		(cause) => causes[cause] > 0,
	);
	if (others.length === 0) return "";
	const shares = others.map((cause) =>
		causes[cause] === count
			? CAUSES[cause]
			: `${formatCount(causes[cause])} ${CAUSES[cause]}`,
	);
	return ` (${shares.join(", ")})`;
}

function describe(
	{ kind, key, cause, source, target, error }: Finding,
	isCauseTold: boolean,
): string {
	// The error names the key, and its cause is that it is unknown.
	if (kind === "unknown" && error !== undefined) return error.message;
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
			`${formatObjects(source.size, "byte")} in the source, ${formatObjects(target.size, "byte")} at the target`,
		);
	}
	if (error !== undefined) notes.push(error.message);
	if (isCauseTold && cause !== "migration") notes.push(CAUSES[cause]);
	return notes.length === 0 ? key : `${key}: ${notes.join("; ")}`;
}

function quoted(content: string): string {
	return content === "" ? "nothing" : JSON.stringify(content);
}

/**
 * What it comes to, and what to do next.
 *
 * | what was found                                         | what to do                      |
 * | ------------------------------------------------------ | ------------------------------- |
 * | nothing in the source                                  | look whether it is the right one |
 * | no difference                                          | nothing                         |
 * | places that could not be looked at                     | mend that, verify again         |
 * | other numbers of objects, where only those were counted | verify without `--counts`       |
 * | only what is broken in the source                      | nothing that regmigrate can do  |
 * | that, and what is new in the source                    | sync, verify again              |
 * | that, and more at the target                           | delete it there, or keep it     |
 * | anything else, and the target is partial               | sync all of it, verify again    |
 * | anything else                                          | sync, verify again              |
 */
function verdict(result: VerifyResult): string {
	const { source, target, findings } = result;
	if (source.objects === 0)
		return "The source holds no object of a registry, which proves nothing: is it the directory or prefix that holds docker/registry/v2?";
	if (result.isEqual) {
		return result.level === "counts"
			? "Both have the same number of objects. That is no proof that they are the same: run verify without --counts."
			: "The target is the same as the source: every key, size and link content.";
	}
	if (findings.unknown.count > 0)
		return "It is not known whether the target is the same: remove the causes above, then verify again.";
	if (result.level === "counts" && source.objects !== target.objects)
		return "The numbers differ: run verify without --counts to see where.";
	if (isOnly(findings, FINDING_KINDS, ["source"]))
		return "The target differs only in what is broken in the source already: the migration broke nothing.";
	if (isOnly(findings, FINDING_KINDS, ["source", "expected"]))
		return "The source has moved on since: run sync again, then verify.";
	if (isOnly(findings, INCOMPLETE, ["source", "expected"]))
		return "The target has all that the source has, and more: most likely what was deleted from the source after it was copied. sync --delete deletes it; else a registry on the target will serve it again.";
	return result.partial === undefined
		? "The target is not the same as the source: run sync, then verify again."
		: "The target is not the same as the source, and it is partial: sync what was left out, then verify again.";
}

/** The findings that say that the target lacks something. */
const INCOMPLETE = FINDING_KINDS.filter(
	(kind) => kind !== "extra" && kind !== "marker",
);

/** Whether all findings of these kinds have one of these causes. */
function isOnly(
	findings: FindingSummaries,
	kinds: readonly FindingKind[],
	allowed: readonly FindingCause[],
): boolean {
	return kinds.every((kind) =>
		FINDING_CAUSES.every(
			(cause) => findings[kind].causes[cause] === 0 || allowed.includes(cause),
		),
	);
}
