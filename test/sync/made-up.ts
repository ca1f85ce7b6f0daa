import { hash } from "node:crypto";
import { formatDigest } from "../../src/layout/digest.ts";
import { blobKey, formatKey, parseKey } from "../../src/layout/paths.ts";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import {
	type ListOptions,
	type ObjectMeta,
	type ObjectStore,
	PAGE_SIZE,
	type Page,
} from "../../src/store/object-store.ts";
import { Pruner } from "../../src/store/prune.ts";
import { digestOf } from "./content.ts";

/** Objects of one image: its blob, and a link of each kind. */
export const OBJECTS_PER_IMAGE = 5;

export interface MadeUpOptions {
	/** Whether it lists MD5s; default false. */
	readonly hasMd5?: boolean | undefined;
}

/**
 * A registry of which only the keys are kept: what its objects hold is made up when it is asked for. Made twice with
 * the same numbers it is the same, so that one can be the source and the other a target that has it all.
 */
export function madeUpRegistry(
	name: string,
	repositories: number,
	images: number,
	options: MadeUpOptions = {},
): ObjectStore {
	const blobs = new Map<string, string>();
	const keys: string[] = [];
	for (let index = 0; index < repositories * images; index++) {
		const repository = `group/app-${index % repositories}`;
		const tag = `v${Math.floor(index / repositories)}`;
		const digest = digestOf(`${repository}:${tag}`);
		const named = { repository, tag, digest };
		blobs.set(digest.hex, `${repository}:${tag}`);
		keys.push(blobKey(digest));
		for (const kind of ["layer", "revision", "index", "current"] as const)
			keys.push(formatKey({ kind, ...named }));
	}
	keys.sort();
	const bytesOf = (key: string): Buffer => {
		const parsed = parseKey(key);
		if (parsed?.kind === "blob")
			return Buffer.from(blobs.get(parsed.digest.hex) ?? "");
		if (parsed?.kind === "current")
			return Buffer.from(
				formatDigest(digestOf(`${parsed.repository}:${parsed.tag}`)),
			);
		return Buffer.from(
			parsed !== undefined && "digest" in parsed
				? formatDigest(parsed.digest)
				: "",
		);
	};
	const metaOf = (key: string, bytes: Buffer, md5?: string): ObjectMeta => {
		return { key, size: bytes.length, version: "1", lastModified: 0, md5 };
	};
	const list = (key: string) => {
		const bytes = bytesOf(key);
		return metaOf(key, bytes, options.hasMd5 ? hash("md5", bytes) : undefined);
	};
	return {
		...faulty(new MemoryStore(name), {}),
		list: (listing) => pagesOf(keys, listing, list),
		async get(key) {
			const bytes = bytesOf(key);
			return {
				meta: metaOf(key, bytes),
				bytes: async () => bytes,
				async *stream() {
					yield bytes;
				},
				async [Symbol.asyncDispose]() {},
			};
		},
	};
}

async function* pagesOf(
	keys: readonly string[],
	options: ListOptions,
	metaOf: (key: string) => ObjectMeta,
): AsyncGenerator<Page> {
	const { prefix, isShallow = false } = options;
	const { prune = () => false } = isShallow ? { prune: () => true } : options;
	const pruner = new Pruner({ ...options, prune });
	let page: ObjectMeta[] = [];
	const from = options.startAfter ?? "";
	const first = from > prefix ? `${from}\0` : prefix;
	for (let at = firstAfter(keys, first); at < keys.length; at++) {
		const key = keys[at];
		if (key?.startsWith(prefix)) {
			const { cut } = pruner;
			if (cut !== undefined && key.startsWith(cut)) continue;
			page.push(metaOf(key));
		}
		if (page.length < PAGE_SIZE && key?.startsWith(prefix)) continue;
		yield { ...pruner.apply(page), unreadable: [] };
		page = [];
		if (!key?.startsWith(prefix)) return;
	}
	if (page.length > 0) yield { ...pruner.apply(page), unreadable: [] };
}

/** Where the keys that are not smaller begin. */
function firstAfter(keys: readonly string[], prefix: string): number {
	let [low, high] = [0, keys.length];
	while (low < high) {
		const middle = (low + high) >>> 1;
		if ((keys[middle] ?? "") < prefix) low = middle + 1;
		else high = middle;
	}
	return low;
}
