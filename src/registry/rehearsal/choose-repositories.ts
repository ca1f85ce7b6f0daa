import { parseDigest } from "../../layout/digest.ts";
import {
	blobKey,
	formatKey,
	parseKey,
	REPOSITORIES_PREFIX,
} from "../../layout/paths.ts";
import { StoreError } from "../../store/errors.ts";
import type { Call, ObjectStore } from "../../store/object-store.ts";
import { sampleTags, type Tag } from "../probe/sample-tags.ts";

/** How much is to be chosen. */
export interface Choice {
	/** Most repositories. */
	readonly count: number;
	/** Most bytes of all their layers together. */
	readonly maxBytes: number;
}

/** A repository that was looked at. */
export interface Candidate {
	readonly repository: string;
	/** Of its layers and configurations; `Infinity` where there are too many to be counted. */
	readonly bytes: number;
	/** Whether one of its tags is of several platforms. */
	readonly hasIndex: boolean;
}

/** Tags that are looked at, to choose from. */
const SAMPLE = 24;
/** Layers of a repository that are counted: one with more is not small. */
const MAX_LAYERS = 64;
/** Most bytes of a manifest. Source: Distribution, registry/handlers/manifests.go, maxManifestBodySize. */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/**
 * Finds some small repositories of a registry's storage that have tags, which may be in use meanwhile. Not all of it is
 * looked at. Rejects with a `StoreError`.
 */
export async function candidates(
	source: ObjectStore,
	call: Call = {},
): Promise<readonly Candidate[]> {
	const tags = await sampleTags(source, { count: SAMPLE, ...call });
	const byRepository = Map.groupBy(tags, ({ repository }) => repository);
	const found = await Promise.all(
		[...byRepository].map(([repository, some]) =>
			candidate(source, repository, some, call),
		),
	);
	return found.filter((one) => one !== undefined);
}

/**
 * Chooses among candidates: the smallest that has an image of several platforms, if there is one, and then the smallest,
 * for as long as they fit.
 */
export function chooseRepositories(
	all: readonly Candidate[],
	{ count, maxBytes }: Choice,
): readonly Candidate[] {
	const bySize = all.toSorted((one, other) => one.bytes - other.bytes);
	const index = bySize.find(({ hasIndex }) => hasIndex);
	const order = index === undefined ? bySize : [index, ...bySize];
	const chosen = new Set<Candidate>();
	let left = maxBytes;
	for (const one of order) {
		if (chosen.size === count || one.bytes > left || chosen.has(one)) continue;
		chosen.add(one);
		left -= one.bytes;
	}
	return [...chosen];
}

async function candidate(
	source: ObjectStore,
	repository: string,
	tags: readonly Tag[],
	call: Call,
): Promise<Candidate | undefined> {
	try {
		const bytes = await layerBytes(source, repository, call);
		const kinds = await Promise.all(
			tags.map((tag) => isIndex(source, tag, call)),
		);
		return { repository, bytes, hasIndex: kinds.includes(true) };
	} catch (error) {
		// It was deleted meanwhile, or is broken: there are others.
		if (error instanceof StoreError && error.code === "not-found")
			return undefined;
		throw error;
	}
}

async function layerBytes(
	source: ObjectStore,
	repository: string,
	{ signal }: Call,
): Promise<number> {
	const keys: string[] = [];
	const layers = `${REPOSITORIES_PREFIX}${repository}/_layers/`;
	for await (const { objects } of source.list({ prefix: layers, signal })) {
		for (const { key } of objects) {
			const parsed = parseKey(key);
			if (parsed?.kind === "layer") keys.push(blobKey(parsed.digest));
		}
		if (keys.length > MAX_LAYERS) return Number.POSITIVE_INFINITY;
	}
	let bytes = 0;
	for (const key of keys)
		bytes += (await source.head(key, { signal }))?.size ?? 0;
	return bytes;
}

async function isIndex(
	source: ObjectStore,
	tag: Tag,
	call: Call,
): Promise<boolean> {
	const digest = await taggedDigest(source, tag, call);
	if (digest === undefined) return false;
	await using manifest = await source.get(blobKey(digest), call);
	const text = Buffer.from(await manifest.bytes(MAX_MANIFEST_BYTES)).toString();
	return /"manifests"\s*:/.test(text);
}

/** What a tag names; `undefined` when its link holds no digest. Rejects with a `StoreError`, `not-found` too. */
export async function taggedDigest(
	source: ObjectStore,
	{ repository, tag }: Tag,
	call: Call,
) {
	const key = formatKey({ kind: "current", repository, tag });
	await using link = await source.get(key, call);
	return parseDigest(Buffer.from(await link.bytes(MAX_LINK)).toString());
}

const MAX_LINK = 1024;
