import { parseDigest } from "../layout/digest.ts";
import { blobKey, REPOSITORIES_PREFIX } from "../layout/paths.ts";
import { isCancellation, StoreError } from "../store/errors.ts";
import type { PassContext } from "./pass-context.ts";
import { settle } from "./settle.ts";

/** Most bytes of a manifest. Source: registry/handlers/manifests.go of distribution/distribution (`maxManifestBodySize`). */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/** Manifests of a repository read at a time. */
const AT_ONCE = 8;

/** Most repositories of which it is kept what they lack: more than those whose links are on their way at a time. */
const REPOSITORIES = 300;

/** A digest, wherever it stands in a manifest of whatever type. */
const DIGEST = /[a-z0-9+._-]+:[0-9a-f]{64,128}/g;

type NeededContext = Pick<PassContext, "source" | "index" | "signal">;

/**
 * Knows which of the blobs that the source lacks its images need: those that a manifest of the repository mentions. Reads
 * the manifests of a repository when that is first asked, so it costs nothing where no layer link dangles. What is kept
 * is what is missing and needed, and so damage.
 */
export class NeededLayers {
	readonly #missing = new Map<
		string,
		Promise<ReadonlySet<string> | undefined>
	>();

	/**
	 * Whether any of these digests, of a blob that the source lacks, is mentioned by a manifest of the repository; also true
	 * where that cannot be told. Rejects only when cancelled, or when the index cannot be read.
	 */
	async isNeeded(
		context: NeededContext,
		repository: string,
		digests: readonly string[],
	): Promise<boolean> {
		let missing = this.#missing.get(repository);
		if (missing === undefined) {
			missing = missingIn(context, repository);
			this.#missing.set(repository, missing);
			const [oldest] = this.#missing.keys();
			if (this.#missing.size > REPOSITORIES && oldest !== undefined)
				this.#missing.delete(oldest);
		}
		const known = await missing;
		return known === undefined || digests.some((digest) => known.has(digest));
	}
}

/** What the manifests of a repository mention and the source lacks; `undefined`: not all of them could be read (I2). */
async function missingIn(
	context: NeededContext,
	repository: string,
): Promise<ReadonlySet<string> | undefined> {
	const { index } = context;
	const prefix = `${REPOSITORIES_PREFIX}${repository}/_manifests/revisions/`;
	if (index.trouble.inside(prefix) !== undefined) return undefined;
	const missing = new Set<string>();
	let isKnown = true;
	const revisions = index.revisions(prefix);
	const read = async () => {
		for (;;) {
			const { value: content } = revisions.next();
			if (content === undefined || !isKnown) return;
			const text = await manifestText(context, content);
			if (text === undefined) isKnown = false;
			for (const [digest] of text?.matchAll(DIGEST) ?? [])
				if (!isAtSource(context, digest)) missing.add(digest);
		}
	};
	await settle(Array.from({ length: AT_ONCE }, read));
	return isKnown ? missing : undefined;
}

/** A manifest; "" for one that the source lacks, which is told of its revision; `undefined`: it cannot be read. */
async function manifestText(
	context: NeededContext,
	content: string,
): Promise<string | undefined> {
	const { source, signal } = context;
	const digest = parseDigest(content);
	if (digest === undefined || !isAtSource(context, content)) return "";
	try {
		await using reader = await source.get(blobKey(digest), { signal });
		if (reader.meta.size > MAX_MANIFEST_BYTES) return undefined;
		return Buffer.from(await reader.bytes(MAX_MANIFEST_BYTES)).toString();
	} catch (error) {
		if (isCancellation(error, signal) || !(error instanceof StoreError))
			throw error;
		return error.code === "not-found" ? "" : undefined;
	}
}

/** Whether the source was listed to have this blob, whatever has become of it. */
function isAtSource({ index }: NeededContext, content: string): boolean {
	const digest = parseDigest(content);
	return (
		digest !== undefined && index.find(blobKey(digest))?.isAtSource === true
	);
}
