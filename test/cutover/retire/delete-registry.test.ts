import { expect, test } from "vitest";
import { deleteRegistry } from "../../../src/cutover/retire/delete-registry.ts";
import { copyRank } from "../../../src/layout/order.ts";
import { kindOf } from "../../../src/layout/paths.ts";
import { MemoryStore } from "../../../src/store/memory.ts";
import type { ObjectStore } from "../../../src/store/object-store.ts";

const HEX = "ab".repeat(32);
const APP = "docker/registry/v2/repositories/app";
const KEYS = [
	`docker/registry/v2/blobs/sha256/ab/${HEX}/data`,
	"docker/registry/lockfiles/filesystem-in-use",
	`${APP}/_layers/sha256/${HEX}/link`,
	`${APP}/_manifests/revisions/sha256/${HEX}/link`,
	`${APP}/_manifests/tags/v1/current/link`,
	`${APP}/_manifests/tags/v1/index/sha256/${HEX}/link`,
	`${APP}/_uploads/1/data`,
];
const OTHERS = ["docker/other", "elsewhere/docker/registry/v2/x", "file"];

async function filled(): Promise<MemoryStore> {
	const store = new MemoryStore();
	for (const key of [...KEYS, ...OTHERS])
		await store.put(key, Buffer.from(key));
	return store;
}

async function keysOf(store: ObjectStore): Promise<readonly string[]> {
	const keys: string[] = [];
	for await (const { objects } of store.list({ prefix: "" }))
		keys.push(...objects.map(({ key }) => key));
	return keys;
}

test("all of the registry is deleted, and nothing else; what names before what is named", async () => {
	const store = await filled();
	const ranks: number[] = [];
	const watched: ObjectStore = {
		...{ url: store.url, identity: store.identity, can: store.can },
		address: (key) => store.address(key),
		head: (...words) => store.head(...words),
		get: (...words) => store.get(...words),
		put: (...words) => store.put(...words),
		list: (...words) => store.list(...words),
		delete(keys, call) {
			ranks.push(...keys.map((key) => copyRank(kindOf(key))));
			return store.delete(keys, call);
		},
		[Symbol.asyncDispose]: async () => {},
	};
	const deleted = await deleteRegistry(watched, { deletesPerSecond: 1e6 });
	expect(deleted).toBe(KEYS.length);
	expect(await keysOf(store)).toEqual(OTHERS.toSorted());
	expect(ranks).toEqual(ranks.toSorted((one, other) => other - one));
});

test("stopped at any point, it goes on", async () => {
	const store = await filled();
	for (let stops = 0; stops < 4; stops++) {
		const stop = new AbortController();
		await deleteRegistry(store, {
			...{ deletesPerSecond: 1e6, signal: stop.signal },
			observe: () => stop.abort(new Error("stopped")),
		}).catch(({ message }: Error) => expect(message).toBe("stopped"));
	}
	await deleteRegistry(store, { deletesPerSecond: 1e6 });
	expect(await keysOf(store)).toEqual(OTHERS.toSorted());
});
