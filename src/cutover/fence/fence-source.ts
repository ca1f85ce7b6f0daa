import { createHash } from "node:crypto";
import { accessSync, constants, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { VERSION_PREFIX } from "../../layout/paths.ts";
import { shellWords } from "../../registry/host/shell-words.ts";
import { errno, isAbsence } from "../../store/filesystem/errors.ts";
import { isLocal } from "../../store/filesystem/locality.ts";
import { messageOf } from "../../store/thrown.ts";
import type { Call } from "../course/step.ts";
import { CutoverError } from "../cutover-error.ts";
import type { World } from "../world.ts";
import { fenceAdvice } from "./fence-advice.ts";
import { isFenceRecordDamaged, isFenceRecorded } from "./fence-record.ts";
import { fenceTree, unfenceTree } from "./fence-tree.ts";
import { type Attempt, proveFence } from "./prove-fence.ts";

/** What a fence needs of the world. */
export type FencedWorld = Pick<World, "source" | "fencePath" | "observe">;

/**
 * Keeps everybody from writing to the source that the registry has left: a process that was forgotten, a node that comes up
 * with its configuration of before. What of it cannot be done, or proven, is said, and fails nothing: the registry runs on
 * the target already.
 */
export async function fenceSource(
	world: FencedWorld,
	call: Call,
): Promise<void> {
	const { source, fencePath, observe } = world;
	const note = (text: string) => observe({ type: "note", text });
	const root = directoryOf(world);
	if (fencePath === undefined)
		return note(
			`The old source ${source.url} is not fenced, as asked: nothing keeps a forgotten process from writing there.`,
		);
	if (root === undefined) return note(fenceAdvice(source.url));
	const reason = nothingToFence(root);
	if (reason !== undefined) return note(reason);
	try {
		const fenced = await fenceTree(root, {
			...call,
			recordPath: recordOf(source, fencePath),
		});
		const attempts = await proveFence(fenced.samples);
		const { directories, files, troubles } = fenced;
		observe({
			...{ type: "fenced", source: source.url, directories, files },
			refused: attempts
				.filter(({ writable }) => writable === undefined)
				.map(({ who }) => who),
		});
		for (const trouble of troubles)
			note(`The fence around ${root} has a gap: ${trouble}.`);
		for (const text of openTo(attempts, root, fenced.because)) note(text);
		if (!isLocal(root))
			note(
				`${root} lies on a file system that other machines may have too: what their root may write there is not known here.`,
			);
	} catch (error) {
		call.signal?.throwIfAborted();
		note(
			`The old source ${source.url} could not be fenced: ${messageOf(error)}. See yourself that no registry writes there any more.`,
		);
	}
}

/** What `fenceSource` would do, as a sentence. */
export function fencePlan({ source, fencePath }: World): string {
	const root = directoryOf({ source });
	if (fencePath === undefined)
		return `Would leave ${source.url} as it is: it is not fenced, as asked.`;
	if (root === undefined) return fenceAdvice(source.url);
	return (
		nothingToFence(root) ??
		`Would take the permission to write from all directories of the registry in ${root}, and from its links and half-finished uploads${process.geteuid?.() === 0 ? "; and set the immutable flag on them, where the file system has one" : ""}.`
	);
}

/**
 * Lets the source be written again, exactly as it was before it was fenced. Safe to repeat. Rejects with an `Error` that
 * says where that could not be done.
 */
export async function unfenceSource(
	{ source, fencePath }: Pick<World, "source" | "fencePath">,
	call: Call & {
		/** Whether it may have to be fenced again: until `forgetFence`, `isFenced` says so. Default false. */
		readonly isForNow?: boolean | undefined;
	},
): Promise<void> {
	if (fencePath === undefined) return;
	const recordPath = recordOf(source, fencePath);
	const [trouble] = await unfenceTree({
		signal: call.signal,
		recordPath,
		liftedPath: call.isForNow === true ? liftedOf(recordPath) : undefined,
	});
	if (trouble === undefined) return;
	throw new Error(
		`The old source ${source.url} could not be made writable again: ${trouble}. What was found is kept: run it again as who has fenced it, mostly root`,
	);
}

/**
 * Throws a `CutoverError` (`refused`) where what the source was before it was fenced is damaged: nobody knows any more what
 * would have to be given back.
 */
export function requireFenceRecord({
	source,
	fencePath,
}: Pick<World, "source" | "fencePath">): void {
	const root = directoryOf({ source });
	if (fencePath === undefined || root === undefined) return;
	const record = recordOf(source, fencePath);
	const damaged = [record, liftedOf(record)].find(isFenceRecordDamaged);
	if (damaged === undefined) return;
	const tree = shellWords([join(root, VERSION_PREFIX)]);
	throw new CutoverError(
		"refused",
		`The old source ${source.url} cannot be made writable again: what it was before it was fenced is kept in ${damaged}, which is damaged. Nothing was changed`,
		{
			suggestions: [
				"Put back a copy of that file that is whole, if there is one.",
				`Else make it writable yourself (as root: chattr -R -i ${tree}; chmod -R u+w ${tree}), move that file elsewhere, and run this again.`,
			],
		},
	);
}

/** Whether the source is fenced, or partly, or was until it was unfenced for now. */
export function isFenced({
	source,
	fencePath,
}: Pick<World, "source" | "fencePath">): boolean {
	if (fencePath === undefined) return false;
	const recordPath = recordOf(source, fencePath);
	return isFenceRecorded(recordPath) || isFenceRecorded(liftedOf(recordPath));
}

/** A source that was unfenced for now is so for good, or is fenced again. Safe to repeat. */
export function forgetFence({
	source,
	fencePath,
}: Pick<World, "source" | "fencePath">): void {
	if (fencePath === undefined) return;
	rmSync(liftedOf(recordOf(source, fencePath)), { force: true });
}

/** The directory that a source is; `undefined` for any other store. */
export function directoryOf({
	source,
}: Pick<World, "source">): string | undefined {
	return source.url.startsWith("file:") ? fileURLToPath(source.url) : undefined;
}

/** Why there is nothing to fence, as a sentence. */
function nothingToFence(root: string): string | undefined {
	const tree = `${root}/${VERSION_PREFIX}`;
	try {
		statSync(tree);
		accessSync(tree, constants.W_OK);
	} catch (error) {
		if (isAbsence(error))
			return `There is nothing of a registry in ${root} any more: nothing had to be fenced.`;
		if (errno(error) === "EROFS")
			return `${root} is mounted read-only here: nobody can write there from this machine, and nothing had to be changed.`;
	}
	return undefined;
}

function openTo(
	attempts: readonly Attempt[],
	root: string,
	because: readonly string[],
): readonly string[] {
	return attempts.flatMap(({ who, writable }) =>
		writable === undefined
			? []
			: [
					`The fence does not hold for ${who}, who can write to ${writable}${because.length === 0 ? "" : ` (${because.join("; ")})`}. See that no registry is started on ${root} any more${who === "root" ? ", as containers are that run as root" : ""}.`,
				],
	);
}

/** Of each source its own: a registry may move on, and on, with none of them retired. */
function recordOf({ identity }: World["source"], fencePath: string): string {
	const hash = createHash("sha256").update(identity).digest("hex");
	return `${fencePath}-${hash.slice(0, 8)}`;
}

function liftedOf(recordPath: string): string {
	return `${recordPath}.lifted`;
}
