import { createHash } from "node:crypto";
import type { ObjectMeta, ObjectStore } from "../../src/store/object-store.ts";

/**
 * Checks I1 at a target on its own: it knows the storage's paths by heart and uses nothing of the product but the
 * store contract. What was read once is not read again while the object stays the same, so that a target can be
 * checked often.
 */
export class ClosureChecker {
	readonly #target: ObjectStore;
	readonly #contents = new Map<
		string,
		{ readonly stamp: string; readonly content: Buffer }
	>();

	constructor(target: ObjectStore) {
		this.#target = target;
	}

	/**
	 * Every breach of I1 at the target, one sentence each. `source` has all names that the source had when the last
	 * pass began or since: what is not among them, the target cannot have.
	 */
	async check(source: ReadonlySet<string>): Promise<ClosureReport> {
		const objects = await listing(this.#target);
		const links = new Map<string, string>();
		await inParallel(
			[...objects.values()].filter(({ key }) => key.endsWith("/link")),
			async (meta) => {
				links.set(meta.key, (await this.#read(meta)).toString());
			},
		);
		const walk = new ClosureWalk(objects, links, source, (meta) =>
			this.#read(meta),
		);
		await walk.run();
		return { breaches: walk.breaches, objects: objects.size, tags: walk.tags };
	}

	async #read(meta: ObjectMeta): Promise<Buffer> {
		const stamp = `${meta.version} ${meta.lastModified} ${meta.size}`;
		const known = this.#contents.get(meta.key);
		if (known?.stamp === stamp) return known.content;
		await using reader = await this.#target.get(meta.key);
		const content = Buffer.from(await reader.bytes(meta.size));
		this.#contents.set(meta.key, { stamp, content });
		return content;
	}
}

export interface ClosureReport {
	readonly breaches: readonly string[];
	readonly objects: number;
	/** Tags whose images were followed to their last layer. */
	readonly tags: number;
}

const ROOT = "docker/registry/v2/";
const CURRENT =
	/^docker\/registry\/v2\/repositories\/(.+?)\/_manifests\/tags\/([^/]+)\/current\/link$/;
const DIGEST = /^([a-z0-9]+):([0-9a-f]{64,128})$/;

class ClosureWalk {
	readonly breaches: string[] = [];
	tags = 0;
	readonly #objects: ReadonlyMap<string, ObjectMeta>;
	readonly #links: ReadonlyMap<string, string>;
	readonly #source: ReadonlySet<string>;
	readonly #read: (meta: ObjectMeta) => Promise<Buffer>;

	constructor(
		objects: ReadonlyMap<string, ObjectMeta>,
		links: ReadonlyMap<string, string>,
		source: ReadonlySet<string>,
		read: (meta: ObjectMeta) => Promise<Buffer>,
	) {
		this.#objects = objects;
		this.#links = links;
		this.#source = source;
		this.#read = read;
	}

	async run(): Promise<void> {
		for (const [key, content] of this.#links) {
			const digest = DIGEST.exec(content);
			if (digest === null) this.breaches.push(`${key} holds "${content}"`);
			else this.#need(blob(content), key);
		}
		for (const [key, digest] of this.#links) {
			const repository = CURRENT.exec(key)?.[1];
			if (repository === undefined) continue;
			await this.#followManifest(repository, digest, key);
			this.tags += 1;
		}
	}

	/** A manifest, or an index with its children, through the links of the repository. */
	async #followManifest(
		repository: string,
		digest: string,
		from: string,
	): Promise<void> {
		const revision = `${ROOT}repositories/${repository}/_manifests/revisions/${digest.replace(":", "/")}/link`;
		this.#need(revision, from);
		const content = await this.#blob(digest, from);
		if (content === undefined) return;
		for (const child of digestsIn(content, "manifests"))
			await this.#followManifest(repository, child, `${from} → ${digest}`);
		for (const layer of digestsIn(content, "layers")) {
			const link = `${ROOT}repositories/${repository}/_layers/${layer.replace(":", "/")}/link`;
			this.#need(link, `${from} → ${digest}`);
			this.#need(blob(layer), `${from} → ${digest}`);
		}
	}

	async #blob(digest: string, from: string): Promise<Buffer | undefined> {
		const meta = this.#objects.get(blob(digest));
		if (meta === undefined) {
			this.#need(blob(digest), from);
			return undefined;
		}
		const content = await this.#read(meta);
		const [algorithm = "", hex] = digest.split(":");
		if (createHash(algorithm).update(content).digest("hex") === hex)
			return content;
		this.breaches.push(`${meta.key} does not hash to its name`);
		return undefined;
	}

	/** What the source has, the target must have. */
	#need(key: string, from: string): void {
		if (!this.#objects.has(key) && this.#source.has(key))
			this.breaches.push(`${from} needs ${key}, which is missing`);
	}
}

/** What a manifest names: the children of an index, or configuration and layers. */
function digestsIn(content: Buffer, what: "manifests" | "layers"): string[] {
	const document: unknown = JSON.parse(content.toString());
	const found: unknown[] = [];
	if (typeof document !== "object" || document === null) return [];
	if (what in document) {
		const list: unknown = Reflect.get(document, what);
		if (Array.isArray(list)) found.push(...list);
	}
	if (what === "layers" && "config" in document) found.push(document.config);
	return found.map((descriptor) => {
		if (
			typeof descriptor === "object" &&
			descriptor !== null &&
			"digest" in descriptor &&
			typeof descriptor.digest === "string"
		)
			return descriptor.digest;
		throw new Error(`no descriptor: ${JSON.stringify(descriptor)}`);
	});
}

function blob(digest: string): string {
	const [algorithm = "", hex = ""] = digest.split(":");
	return `${ROOT}blobs/${algorithm}/${hex.slice(0, 2)}/${hex}/data`;
}

/** Every object of a store by its key. */
export async function listing(
	store: ObjectStore,
): Promise<ReadonlyMap<string, ObjectMeta>> {
	const objects = new Map<string, ObjectMeta>();
	for await (const page of store.list({ prefix: "" })) {
		for (const { error } of page.unreadable) throw error;
		for (const meta of page.objects) objects.set(meta.key, meta);
	}
	return objects;
}

async function inParallel<T>(
	items: readonly T[],
	work: (item: T) => Promise<void>,
): Promise<void> {
	const waiting = items.values();
	const pull = async () => {
		for (const item of waiting) await work(item);
	};
	await Promise.all(Array.from({ length: 16 }, pull));
}
