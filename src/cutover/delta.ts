import type { ObjectStore } from "../store/object-store.ts";
import type { SyncEvent } from "../sync/events.ts";
import { FINDING_KINDS } from "../verify/finding.ts";
import { verify } from "../verify/verify.ts";
import { CutoverError } from "./cutover-error.ts";
import type { Call } from "./step.ts";
import type { World } from "./world.ts";

/** Of more objects than this, all of the target is verified instead. */
const MAX_OBJECTS = 10_000;

/** What a pass has changed at the target. */
export class Delta {
	readonly copied: { readonly key: string; readonly isBlob: boolean }[] = [];
	readonly deleted: string[] = [];

	/** Whether all of it is kept: not when there was too much. */
	get isKnown(): boolean {
		return this.copied.length + this.deleted.length <= MAX_OBJECTS;
	}

	observe(event: SyncEvent): void {
		if (!this.isKnown) return;
		if (event.type === "copied")
			this.copied.push({ key: event.key, isBlob: event.kind === "blob" });
		if (event.type === "deleted") this.deleted.push(event.key);
	}
}

/** Most objects that are looked at at the same time. */
const AT_ONCE = 16;

/**
 * Proves that what was changed is at the target as it is in the source, by reads of its own: links by their content, blobs,
 * whose bytes were proven on the way in (I4), by their size. `undefined`: it is not known what was changed, and all is
 * verified. Rejects with a `CutoverError`.
 */
export async function verifyDelta(
	world: World,
	delta: Delta | undefined,
	call: Call,
): Promise<void> {
	const { source, target, observe } = world;
	if (delta === undefined || !delta.isKnown) {
		await verifyAll(world, call);
		return;
	}
	const { copied, deleted } = delta;
	const wrong = [
		...(
			await failing(copied, ({ key, isBlob }) =>
				isBlob
					? isSameSize(key, source, target, call)
					: isSameContent(key, source, target, call),
			)
		).map(({ key }) => key),
		...(await failing(
			deleted,
			async (key) => (await target.head(key, call)) === undefined,
		)),
	];
	const [first] = wrong;
	if (first !== undefined)
		throw new CutoverError(
			"unproven",
			`${wrong.length} objects of the last pass are not at the target as they are in the source, the first of them ${first}`,
			{ suggestions: ["Run verify, which tells how they differ."] },
		);
	observe({
		type: "verified",
		objects: copied.length + deleted.length,
		isWhole: false,
	});
}

async function verifyAll(
	{ source, target, acceptsDamage, observe }: World,
	{ signal }: Call,
): Promise<void> {
	const result = await verify(source, target, { level: "default", signal });
	const bad = FINDING_KINDS.flatMap((kind) => {
		const { count, causes } = result.findings[kind];
		const accepted = acceptsDamage ? causes.source : 0;
		return count > accepted ? [`${count - accepted} ${kind}`] : [];
	});
	if (bad.length > 0 || result.compared === 0)
		throw new CutoverError(
			"unproven",
			`the target is not what the source is: ${bad.join(", ") || "nothing was compared"}`,
			{ suggestions: ["Run verify, which names them."] },
		);
	observe({ type: "verified", objects: result.compared, isWhole: true });
}

async function failing<T>(
	items: readonly T[],
	isRight: (item: T) => Promise<boolean>,
): Promise<readonly T[]> {
	const wrong: T[] = [];
	for (let start = 0; start < items.length; start += AT_ONCE) {
		const some = items.slice(start, start + AT_ONCE);
		const right = await Promise.all(some.map(isRight));
		wrong.push(...some.filter((_, index) => right[index] !== true));
	}
	return wrong;
}

async function isSameSize(
	key: string,
	source: ObjectStore,
	target: ObjectStore,
	call: Call,
): Promise<boolean> {
	const [one, other] = await Promise.all([
		source.head(key, call),
		target.head(key, call),
	]);
	return one !== undefined && one.size === other?.size;
}

/** Longest link or lock file that is read (bytes). */
const MAX_BYTES = 64 * 1024;

async function isSameContent(
	key: string,
	source: ObjectStore,
	target: ObjectStore,
	call: Call,
): Promise<boolean> {
	if (!(await isSameSize(key, source, target, call))) return false;
	const [one, other] = await Promise.all(
		[source, target].map(async (store) => {
			await using reader = await store.get(key, call);
			if (reader.meta.size > MAX_BYTES) return undefined;
			return Buffer.from(await reader.bytes(MAX_BYTES));
		}),
	);
	// What is too long for a link was proven by its size only.
	if (one === undefined || other === undefined) return true;
	return one.equals(other);
}
