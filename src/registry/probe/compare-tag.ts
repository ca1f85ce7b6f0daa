import {
	type Digest,
	formatDigest,
	MAX_LINK_BYTES,
	parseDigest,
} from "../../layout/digest.ts";
import { blobKey, formatKey } from "../../layout/paths.ts";
import { StoreError } from "../../store/errors.ts";
import type { Call, ObjectStore } from "../../store/object-store.ts";
import type { TagObservation } from "./identity.ts";
import { MANIFEST_TYPES } from "./manifest.ts";
import { ProbeError } from "./probe-error.ts";
import { unexpected } from "./registry-answer.ts";
import type { RegistryClient } from "./registry-client.ts";
import { isRegistrys } from "./registry-version.ts";
import type { Tag } from "./sample-tags.ts";

/** Looks at a tag that moves while it is compared, until nothing is said of it. */
const LOOKS = 3;

/**
 * Compares what a registry says of a tag with what is in a storage. The storage is read before and after: only what
 * stood still meanwhile says anything. What the registry refuses is an observation; rejects with a `StoreError`.
 */
export async function compareTag(
	client: RegistryClient,
	store: ObjectStore,
	tag: Tag,
	call: Call = {},
): Promise<TagObservation> {
	for (let looks = 0; looks < LOOKS; looks++) {
		const before = await stored(store, tag, call);
		if (before === "broken") return { ...tag, found: "nothing" };
		const said = await served(client, tag, call);
		if (typeof said === "object")
			return { ...tag, found: "refused", because: said.reason };
		if (before !== undefined && said === formatDigest(before))
			return { ...tag, found: "same" };
		const after = await stored(store, tag, call);
		if (after === "broken") return { ...tag, found: "nothing" };
		if (nameOf(before) !== nameOf(after)) continue;
		if (before === undefined)
			return { ...tag, found: said === undefined ? "nothing" : "extra" };
		if (said !== undefined) {
			const name = formatDigest(before);
			return { ...tag, found: "different", stored: name, served: said };
		}
		const isIntact = await hasImage(store, tag, before, call);
		return { ...tag, found: isIntact ? "absent" : "nothing" };
	}
	return { ...tag, found: "nothing" };
}

function nameOf(digest: Digest | undefined): string | undefined {
	return digest === undefined ? undefined : formatDigest(digest);
}

/** What a tag names in the storage; `undefined`: there is no such tag. */
async function stored(
	store: ObjectStore,
	tag: Tag,
	call: Call,
): Promise<Digest | "broken" | undefined> {
	try {
		const key = formatKey({ kind: "current", ...tag });
		await using reader = await store.get(key, call);
		if (reader.meta.size > MAX_LINK_BYTES) return "broken";
		const content = await reader.bytes(MAX_LINK_BYTES);
		return parseDigest(Buffer.from(content).toString()) ?? "broken";
	} catch (error) {
		if (error instanceof StoreError && error.code === "not-found")
			return undefined;
		throw error;
	}
}

/** The digest that the registry says of a tag; `undefined`: it has no such tag. */
async function served(
	client: RegistryClient,
	{ repository, tag }: Tag,
	{ signal }: Call,
): Promise<string | undefined | ProbeError> {
	const what = `compare ${repository}:${tag} at ${client.name}`;
	try {
		const answer = await client.request({
			method: "HEAD",
			path: `/v2/${repository}/manifests/${tag}`,
			headers: { accept: MANIFEST_TYPES },
			scope: `repository:${repository}:pull`,
			signal,
		});
		if (!isRegistrys(answer.headers))
			return new ProbeError("unproven", what, "what answers is no registry");
		if (answer.status === 404) return undefined;
		const digest = answer.headers["docker-content-digest"];
		return answer.status === 200 && typeof digest === "string"
			? digest
			: unexpected(answer, what);
	} catch (error) {
		if (error instanceof ProbeError) return error;
		throw error;
	}
}

/** Whether the storage has all that a registry needs to know a manifest. */
async function hasImage(
	store: ObjectStore,
	{ repository }: Tag,
	digest: Digest,
	call: Call,
): Promise<boolean> {
	const revision = formatKey({ kind: "revision", repository, digest });
	const [link, blob] = await Promise.all([
		store.head(revision, call),
		store.head(blobKey(digest), call),
	]);
	return (link?.size ?? 0) > 0 && (blob?.size ?? 0) > 0;
}
