import { MARKER_KEY } from "../layout/marker.ts";
import { hasEnded, type Writer, writerText } from "../state/writer.ts";
import { StoreError } from "../store/errors.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { type Marker, mark, readMarker } from "./marker.ts";
import { SyncRefusal } from "./refusal.ts";

/** What ties an index to its target: the target's marker says the same as long as nobody else has written there. */
export interface Claim {
	/** Made when the index was begun; another index has another one. */
	readonly nonce: string;
	/** Counts the passes that changed something. */
	readonly pass: number;
}

/** Whether two claims are known, and are the same. */
export function isSameClaim(
	known: Claim | undefined,
	found: Claim | undefined,
): boolean {
	return (
		known !== undefined &&
		known.nonce === found?.nonce &&
		known.pass === found.pass
	);
}

/**
 * Refuses a target to which another pass is writing, or was when it was killed. `last` is what this index has claimed
 * last; nobody else has the index's file open.
 *
 * | the marker says that a pass writes | its claim                  | its process      | verdict |
 * | ---------------------------------- | -------------------------- | ---------------- | ------- |
 * | no                                 | -                          | -                | go on   |
 * | yes                                | this index's last          | -                | go on: it had this file open, so it has ended |
 * | yes                                | another one of this index's | known to have ended | go on: the index was restored from a backup |
 * | yes                                | any other                  | -                | refuse  |
 */
export function guardWriter(
	target: ObjectStore,
	{ claim, writer }: Pick<Marker, "claim" | "writer">,
	last: Claim | undefined,
): void {
	if (writer === undefined || isSameClaim(last, claim)) return;
	const isOfThisIndex = last !== undefined && last.nonce === claim?.nonce;
	if (isOfThisIndex && hasEnded(writer)) return;
	throw new SyncRefusal(
		"target-in-use",
		`Another pass writes to ${target.url}, or was killed: ${writerText(writer)}`,
		[
			"Wait until it has ended.",
			"If it was killed, or its machine is gone, run it again with --take-over.",
		],
	);
}

/** Refuses when the target's marker is no longer what it was when this pass began: another one has begun or ended since. */
export async function guardUnchanged(
	target: ObjectStore,
	before: Marker | undefined,
	signal: AbortSignal | undefined,
): Promise<void> {
	const now = await readMarker(target, signal);
	const isSame =
		now?.source === before?.source &&
		now?.claim?.nonce === before?.claim?.nonce &&
		now?.claim?.pass === before?.claim?.pass &&
		isSameWriter(now?.writer, before?.writer);
	if (isSame) return;
	const who = now?.writer === undefined ? "" : `: ${writerText(now.writer)}`;
	throw new SyncRefusal(
		"target-in-use",
		`Another pass has written to ${target.url} since this one began${who}`,
		["Run it again when no other pass is under way."],
	);
}

/** Rejects when the target is not the one that this pass has marked, or another pass writes there, too. */
export async function guardClaim(
	target: ObjectStore,
	ours: Claim,
	signal: AbortSignal | undefined,
): Promise<void> {
	const marker = await readMarker(target, signal);
	if (isSameClaim(ours, marker?.claim)) return;
	throw new StoreError(
		"precondition-failed",
		"its marker is no longer this pass's: another pass writes there, or it was emptied",
		{
			store: target.url,
			operation: "delete",
			suggestions: ["See that no other pass is under way, and run it again."],
		},
	);
}

/**
 * Refuses a target that is the source by another name (a bind mount, another endpoint): the marker that was just put at
 * the target is found at the source. What was there before, `before`, is put back (I3).
 */
export async function guardAlias(
	source: ObjectStore,
	target: ObjectStore,
	ours: Claim,
	before: Marker | undefined,
	signal: AbortSignal | undefined,
): Promise<void> {
	if (!isSameClaim(ours, await claimAtSource(source, signal))) return;
	if (before !== undefined) await mark(target, before, signal);
	else
		for (const error of (
			await target.delete([MARKER_KEY], { signal })
		).values())
			throw error;
	throw new SyncRefusal(
		"same-place",
		`Source and target are the same place by two names: what is written to ${target.url} is found in ${source.url}`,
		["Name another target."],
	);
}

async function claimAtSource(
	source: ObjectStore,
	signal: AbortSignal | undefined,
): Promise<Claim | undefined> {
	try {
		return (await readMarker(source, signal))?.claim;
	} catch (error) {
		// Who may read nothing but the registry is not kept from that.
		if (error instanceof StoreError && error.code === "permission-denied")
			return undefined;
		throw error;
	}
}

/**
 * Says in the marker that this pass has ended. `renew` makes another claim of its index's; it is called, and the
 * result is false, when the marker is no longer this pass's. Another pass has marked the target meanwhile then, and this
 * one may have overwritten what that wrote, so neither's index is to be trusted.
 */
export async function endWriting(
	target: ObjectStore,
	{ writer, ...ours }: Marker,
	renew: () => Claim,
	signal: AbortSignal | undefined,
): Promise<boolean> {
	const found = await readMarker(target, signal);
	const isOurs = isSameClaim(ours.claim, found?.claim);
	// One that is under way still says so.
	const other = isSameWriter(found?.writer, writer) ? undefined : found?.writer;
	const next = isOurs
		? { ...ours, writer: undefined }
		: {
				...ours,
				claim: renew(),
				writer: other,
				isUnproven: ours.isUnproven || found?.isUnproven === true,
				isSnapshot: ours.isSnapshot && found?.isSnapshot !== false,
				partial: ours.partial ?? found?.partial,
			};
	await mark(target, next, signal);
	return isOurs;
}

function isSameWriter(
	one: Writer | undefined,
	other: Writer | undefined,
): boolean {
	return (
		one?.host === other?.host &&
		one?.pid === other?.pid &&
		one?.since === other?.since
	);
}
