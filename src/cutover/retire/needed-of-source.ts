import { parseDigest } from "../../layout/digest.ts";
import {
	blobKey,
	formatKey,
	parseKey,
	VERSION_PREFIX,
} from "../../layout/paths.ts";
import { MemoryStore } from "../../store/memory.ts";
import type { ObjectStore } from "../../store/object-store.ts";
import { readLink } from "../../sync/links.ts";
import { sync } from "../../sync/pass.ts";
import type { Call } from "../course/step.ts";

/** Most broken links of the target that are looked up in the source. */
const MAX_LOOKED_UP = 10_000;

/**
 * What images at the target need and only the old source still has, such as what a lifecycle rule of the bucket has
 * expired, as a clause; `undefined`: nothing. Told as for a pass from there (`sync/tell-dangling.ts`), so what garbage
 * collection leaves behind is nothing of it. Blobs that are there are not read: that is the digests' business. Of a
 * registry with a metadata database, whose links say nothing, it must not be asked. Rejects with a `StoreError`.
 */
export async function neededOfSource(
	source: ObjectStore,
	target: ObjectStore,
	{ signal }: Call,
): Promise<string | undefined> {
	// As a pass would refuse it, but by its own name.
	if (!(await hasRegistry(target, signal)))
		return `${target.url} holds no registry any more`;
	const broken: string[] = [];
	// To nowhere: every link is looked at, and none is written.
	const { unreadable } = await sync(target, new MemoryStore(), {
		isDryRun: true,
		observe(event) {
			if (event.type !== "broken" || event.damage.kind !== "dangling") return;
			if (broken.length < MAX_LOOKED_UP) broken.push(event.damage.key);
		},
		signal,
	});
	if (unreadable > 0)
		return `${unreadable} places of the target could not be read, and images there may need what only the source has`;
	for (const link of broken) {
		const lacked = await lackedBy(link, target, signal);
		const found = await Promise.all(
			lacked.map((key) => source.head(key, { signal })),
		);
		if (lacked.length > 0 && found.every((meta) => meta !== undefined))
			return `${link} at the target needs ${lacked[0]}, which only the source has`;
	}
	return undefined;
}

async function hasRegistry(
	store: ObjectStore,
	signal: AbortSignal | undefined,
): Promise<boolean> {
	for await (const { objects, unreadable } of store.list({
		prefix: VERSION_PREFIX,
		signal,
	}))
		if (objects.length + unreadable.length > 0) return true;
	return false;
}

/** What has to be in the source, all of it, so that what a link lacks is there. */
async function lackedBy(
	link: string,
	target: ObjectStore,
	signal: AbortSignal | undefined,
): Promise<readonly string[]> {
	const parsed = parseKey(link);
	switch (parsed?.kind) {
		case "layer":
		case "revision":
		case "signature":
			return [blobKey(parsed.digest)];
		case "current": {
			const read = await readLink(target, link, signal);
			const digest =
				read.type === "digest" ? parseDigest(read.content) : undefined;
			if (digest === undefined) return [];
			const { repository } = parsed;
			return [
				formatKey({ kind: "revision", repository, digest }),
				blobKey(digest),
			];
		}
		default:
			return [];
	}
}
