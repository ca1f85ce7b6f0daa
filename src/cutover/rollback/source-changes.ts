import { exclusionOf, isUpload } from "../../layout/exclusion.ts";
import { isLink } from "../../layout/order.ts";
import { kindOf, REPOSITORIES_PREFIX } from "../../layout/paths.ts";
import { namesBelow } from "../../layout/places.ts";
import type { Call, ObjectStore } from "../../store/object-store.ts";
import type { BaseFile } from "../../sync/base-file.ts";
import { guardSource } from "../../sync/guards.ts";
import { readLink } from "../../sync/links.ts";
import { merge, type Pair } from "../../verify/merge.ts";
import {
	judgeSource,
	type LinkContent,
	type SourceVerdict,
} from "./judge-source.ts";

/** A link of the old source that somebody else has changed since the registry went over to the target. */
export interface SourceChange {
	readonly key: string;
	readonly verdict: Exclude<SourceVerdict, "same">;
}

/** A link as the base has it, or as the source lists it. */
interface Sighting {
	readonly key: string;
	readonly version: string;
	readonly content?: string | undefined;
}

/** Links that are read at a time. */
const AT_ONCE = 16;

/**
 * Finds what somebody else has changed in the old source: every link whose version is not the one that it had is read
 * (I9), so that other owners, modes and time stamps are no change. Rejects with a `SyncRefusal` where no registry is
 * there any more, and with a `StoreError` where a place cannot be looked at (I2).
 */
export async function* sourceChanges(
	source: ObjectStore,
	base: BaseFile,
	{ signal }: Call,
): AsyncGenerator<SourceChange> {
	await guardSource(source, signal);
	for await (const pairs of merge<Sighting>(
		known(base),
		listed(source, signal),
	))
		for (let start = 0; start < pairs.length; start += AT_ONCE)
			for (const found of await Promise.all(
				pairs
					.slice(start, start + AT_ONCE)
					.map((pair) => judge(pair, source, base, signal)),
			))
				if (found !== undefined) yield found;
}

async function judge(
	{ key, left, right }: Pair<Sighting>,
	source: ObjectStore,
	base: BaseFile,
	signal: AbortSignal | undefined,
): Promise<SourceChange | undefined> {
	if (
		left !== undefined &&
		left.version !== "" &&
		left.version === right?.version
	)
		return undefined;
	const before = left && (left.content ?? "");
	const now =
		right === undefined ? undefined : await contentOf(source, key, signal);
	const verdict = judgeSource(before, base.writtenTo(key), now);
	return verdict === "same" ? undefined : { key, verdict };
}

async function contentOf(
	source: ObjectStore,
	key: string,
	signal: AbortSignal | undefined,
): Promise<LinkContent> {
	const read = await readLink(source, key, signal);
	switch (read.type) {
		case "digest":
			return read.content;
		case "malformed":
			return "";
		case "vanished":
			return undefined;
		case "unreadable":
			throw read.error;
		default:
			return read satisfies never;
	}
}

/** Links of the base that are given at a time. */
const BATCH = 1000;

async function* known(base: BaseFile): AsyncGenerator<readonly Sighting[]> {
	let batch: Sighting[] = [];
	for (const link of base.sourceLinks()) {
		batch.push(link);
		if (batch.length < BATCH) continue;
		yield batch;
		batch = [];
	}
	yield batch;
}

async function* listed(
	source: ObjectStore,
	signal: AbortSignal | undefined,
): AsyncGenerator<readonly Sighting[]> {
	for await (const { objects, unreadable } of source.list({
		prefix: REPOSITORIES_PREFIX,
		prune: isUpload,
		only: namesBelow,
		signal,
	})) {
		for (const { error } of unreadable) throw error;
		yield objects.filter(
			({ key }) => exclusionOf(key) === undefined && isLink(kindOf(key)),
		);
	}
}
