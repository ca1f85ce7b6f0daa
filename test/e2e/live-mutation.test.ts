import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { requireTool } from "../../scripts/services/find-tool.ts";
import {
	filesystemStorage,
	type RegistryServer,
	s3Storage,
	startRegistry,
} from "../../scripts/services/registry.ts";
import { faulty } from "../../src/store/faults.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { openStore } from "../../src/store/open.ts";
import { sync } from "../../src/sync/pass.ts";
import { hasTools, newBucket, services } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { ClosureChecker } from "./closure.ts";
import { LivePushes } from "./live-pushes.ts";
import { tagDigests } from "./registry-client.ts";
import { expectTags } from "./tags.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { treeKeys } from "./tree.ts";

const { s3 } = services();
process.env.AWS_ACCESS_KEY_ID = s3.accessKeyId;
process.env.AWS_SECRET_ACCESS_KEY = s3.secretAccessKey;

/** What its users and its administrator do to a registry between two reads of its storage, in turn. */
class Mutations {
	readonly #registry: RegistryServer;
	readonly #pushes: LivePushes;
	#count = 0;
	#calls = 0;
	#turn: Promise<unknown> = Promise.resolve();
	/** What was done. */
	readonly done: string[] = [];

	constructor(registry: RegistryServer) {
		this.#registry = registry;
		this.#pushes = new LivePushes(registry);
	}

	/** Pushes so many new images, under tags that they share. */
	async push(images: number): Promise<void> {
		await this.#pushes.push(images);
	}

	/** The storage as a pass reads it: at every so-many-th call, something is done first. */
	between(store: ObjectStore, every: number): ObjectStore {
		const work = () => {
			if (++this.#calls % every !== 0) return undefined;
			const turn = this.#turn.then(() => this.next());
			this.#turn = turn;
			return turn;
		};
		return faulty(store, { get: work, list: work, nextPage: work });
	}

	async next(): Promise<void> {
		const kind = this.#count++ % 4;
		const tags = await tagDigests(this.#registry);
		const [first, second] = [...tags.keys()];
		if (kind === 0 || first === undefined || second === undefined) {
			this.done.push("push");
			await this.push(1);
		} else if (kind === 1) {
			this.done.push(`re-tag ${first} twice`);
			const [name = ""] = first.split(":");
			// To another image of the repository and back, as fast as can be.
			const others = [...tags].filter(([tag]) => tag.startsWith(`${name}:`));
			const digests = [others.at(-1)?.[1] ?? "", tags.get(first) ?? ""];
			for (const digest of digests) await this.#tag(first, digest);
		} else if (kind === 2) {
			this.done.push(`delete ${second} and push it again`);
			const [name = ""] = second.split(":");
			const digest = tags.get(second) ?? "";
			const manifest = await this.#manifest(name, digest);
			await this.#send("DELETE", `${name}/manifests/${digest}`);
			await this.#put(second, manifest);
		} else {
			this.done.push("collect garbage");
			await collectGarbage(this.#registry);
		}
	}

	async #tag(name: string, digest: string): Promise<void> {
		const [repository = ""] = name.split(":");
		await this.#put(name, await this.#manifest(repository, digest));
	}

	async #manifest(repository: string, digest: string): Promise<Response> {
		const path = `${repository}/manifests/${digest}`;
		return await this.#send("GET", path, {
			accept:
				"application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json",
		});
	}

	async #put(name: string, manifest: Response): Promise<void> {
		const [repository = "", tag = ""] = name.split(":");
		await this.#send(
			"PUT",
			`${repository}/manifests/${tag}`,
			{ "content-type": manifest.headers.get("content-type") ?? "" },
			await manifest.arrayBuffer(),
		);
	}

	async #send(
		method: string,
		path: string,
		headers: Record<string, string> = {},
		body?: ArrayBuffer,
	): Promise<Response> {
		const url = `${this.#registry.url}/v2/${path}`;
		const response = await fetch(url, { method, headers, body: body ?? null });
		expect(response.status, `${method} ${url}`).toBeLessThan(300);
		return response;
	}
}

/** Removes what no revision needs, beside the running registry, as administrators should not. */
async function collectGarbage({ product, configFile }: RegistryServer) {
	const generation = product.startsWith("docker-registry") ? "2" : "3";
	const { path } = await requireTool(`registry-${generation}`);
	await promisify(execFile)(path, ["garbage-collect", configFile], {
		env: { ...process.env, OTEL_TRACES_EXPORTER: "none" },
	});
}

describe.for(["3", "2"] as const)("a registry of generation %s", (version) => {
	test.skipIf(!hasTools(`registry-${version}`))(
		"is pushed to, re-tagged, deleted from and collected while passes read it: closed each time (I1), and served from the target in the end",
		async () => {
			const folder = await temporaryFolder();
			const storage = join(folder, "storage");
			await using registry = await startRegistry({
				version,
				directory: join(folder, "registry"),
				storage: filesystemStorage(storage),
			});
			const mutations = new Mutations(registry);
			await mutations.push(12);
			const bucket = await newBucket();
			await using source = await openStore(new URL(`file://${storage}`));
			await using target = await openStore(storeUrl(bucket));
			const checker = new ClosureChecker(target);
			const indexPath = join(folder, "index.sqlite");
			for (const every of [31, 11, 17]) {
				const before = new Set(treeKeys(storage));
				const live = mutations.between(source, every);
				const { failed, unreadable } = await sync(live, target, { indexPath });
				expect({ failed, unreadable }).toEqual({ failed: 0, unreadable: 0 });
				// What went meanwhile, nobody could copy.
				const both = new Set(
					treeKeys(storage).filter((key) => before.has(key)),
				);
				const { breaches } = await checker.check(both);
				expect(breaches, mutations.done.join(", ")).toEqual([]);
			}
			expect(new Set(mutations.done.map((what) => what.split(" ")[0]))).toEqual(
				new Set(["push", "re-tag", "delete", "collect"]),
			);
			const { isComplete } = await sync(source, target, {
				indexPath,
				deletes: { approve: () => true, maxObjects: 1e6 },
			});
			expect(isComplete).toBe(true);
			expect(await checker.check(new Set(treeKeys(storage)))).toMatchObject({
				breaches: [],
			});
			await using served = await startRegistry({
				version,
				directory: join(folder, "served"),
				storage: s3Storage(s3, bucket),
			});
			await expectTags(
				served,
				await tagDigests(registry),
				join(folder, "pulled"),
			);
		},
	);
});
