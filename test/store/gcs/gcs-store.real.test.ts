import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GcsStore } from "../../../src/store/gcs/gcs-store.ts";
import { parseLocation } from "../../../src/store/gcs/location.ts";
import { open as openGcs } from "../../../src/store/gcs/open.ts";
import { Plane } from "../../../src/store/gcs/plane.ts";
import type { ObjectStore } from "../../../src/store/object-store.ts";
import { bodyOf } from "../../conformance/bodies.ts";
import {
	describeCalls,
	describeStore,
	type StoreHarness,
} from "../../conformance/describe-store.ts";
import {
	bytes,
	expectCode,
	keysOf,
	read,
	sha256,
	sha256Of,
} from "../../conformance/objects.ts";
import { hasTools } from "../../support/services.ts";
import { type GcsEmulator, gcsUrl, startGcsEmulator } from "./gcs-emulator.ts";
import { type SessionWatch, watchSessions } from "./session-watch.ts";

describe.skipIf(!hasTools("fake-gcs-server"))("on fake-gcs-server", () => {
	let emulator: GcsEmulator;
	let watch: SessionWatch;
	beforeAll(async () => {
		emulator = await startGcsEmulator();
		watch = await watchSessions(emulator.origin);
	});
	afterAll(async () => {
		await watch[Symbol.asyncDispose]();
		await emulator[Symbol.asyncDispose]();
	});

	const bucketOf = (store: ObjectStore) => new URL(store.url).hostname;

	const at = (prefix: string): StoreHarness => ({
		open: async () =>
			openGcs(gcsUrl(watch.origin, await emulator.newBucket(), prefix)),
		reopen: (store) => openGcs(gcsUrl(watch.origin, bucketOf(store), prefix)),
		leftovers: async (store) => watch.open(bucketOf(store)),
		close: async (store) => store[Symbol.asyncDispose](),
	});

	describeStore("the Google Cloud Storage store", at("/some/prefix"));
	describeCalls("the Google Cloud Storage store without a prefix", at(""));

	const open = (bucket: string, prefix = "") =>
		openGcs(gcsUrl(emulator.origin, bucket, prefix));

	test("two prefixes of one bucket do not see each other's objects", async () => {
		const bucket = await emulator.newBucket();
		await using one = await open(bucket, "/p");
		await using other = await open(bucket, "/p2");
		await one.put("a", bytes("one"));
		await other.put("a", bytes("two"));
		expect(await keysOf(one, { prefix: "" })).toEqual(["a"]);
		await one.delete(["a"]);
		expect(await read(other, "a")).toEqual(bytes("two"));
	});

	test.each([
		["small", 71],
		["large", 9_000_001],
	])(
		"Google's own client reads a %s object that the store wrote",
		async (_size, size) => {
			const bucket = await emulator.newBucket();
			await using store = await open(bucket, "/pre/fix");
			const content = randomBytes(size);
			const meta = await store.put("a b/ü", bodyOf([content]), {
				digest: sha256Of(content),
			});
			const file = emulator.client.bucket(bucket).file("pre/fix/a b/ü");
			const [read] = await file.download({ validation: "crc32c" });
			expect(sha256(read)).toBe(sha256(content));
			const [metadata] = await file.getMetadata();
			expect(metadata).toMatchObject({
				contentType: "application/octet-stream",
				generation: meta.version,
				md5Hash: Buffer.from(meta.md5 ?? "", "hex").toString("base64"),
				size: String(size),
			});
		},
	);

	test.each([false, true])(
		"the store reads what Google's own client wrote (resumable: %s)",
		async (resumable) => {
			const bucket = await emulator.newBucket();
			await using store = await open(bucket, "/pre/fix");
			const content = randomBytes(1000);
			const file = emulator.client.bucket(bucket).file("pre/fix/a b/ü");
			await file.save(content, { resumable });
			expect(await read(store, "a b/ü")).toEqual(content);
			const { generation, md5Hash } = (await file.getMetadata())[0];
			expect(await store.head("a b/ü")).toMatchObject({
				size: 1000,
				version: generation,
				md5: Buffer.from(md5Hash ?? "", "base64").toString("hex"),
			});
		},
	);

	test("what the registry's driver hides is absent: unfinished uploads", async () => {
		const bucket = await emulator.newBucket();
		await using store = await open(bucket);
		const contentType = "application/x-docker-upload-session";
		const file = emulator.client.bucket(bucket).file("upload/data");
		await file.save("unfinished", { contentType, resumable: false });
		await store.put("upload/other", bytes("x"));
		expect(await keysOf(store, { prefix: "" })).toEqual(["upload/other"]);
		expect(await store.head("upload/data")).toBeUndefined();
		await expectCode(store.get("upload/data"), "not-found");
	});

	test("a large object is put on a condition too", async () => {
		await using store = await open(await emulator.newBucket());
		const body = bodyOf([randomBytes(9_000_000)]);
		const { version } = await store.put("a", body, { only: "absent" });
		await expectCode(
			store.put("a", body, { only: "absent" }),
			"precondition-failed",
		);
		await store.put("a", body, { only: { version } });
		await expectCode(
			store.put("a", body, { only: { version } }),
			"precondition-failed",
		);
	});

	test("several large objects go up side by side", async () => {
		await using store = await open(await emulator.newBucket());
		const contents = [1, 2, 3].map(() => randomBytes(9_000_000));
		await Promise.all(
			contents.map((content, index) =>
				store.put(`${index}`, bodyOf([content]), { digest: sha256Of(content) }),
			),
		);
		for (const [index, content] of contents.entries())
			expect(sha256(await read(store, `${index}`))).toBe(sha256(content));
	});

	test("a bucket that does not exist is refused by name", async () => {
		const opening = open("no-such-bucket-at-all");
		await expectCode(opening, "not-found");
		await expect(opening).rejects.toThrow("gs://no-such-bucket-at-all");
	});

	test("of a bucket that is gone nothing is known: no object counts as absent, and none as deleted (I2)", async () => {
		const bucket = await emulator.newBucket();
		await using plane = new Plane({
			origin: emulator.origin,
			headers: async () => ({}),
		});
		const url = gcsUrl(emulator.origin, bucket);
		const store = new GcsStore(parseLocation(url), plane);
		await emulator.client.bucket(bucket).delete();
		await expectCode(store.head("a"), "unavailable");
		await expectCode(store.get("a"), "unavailable");
		await expectCode(store.delete(["a"]), "unavailable");
		await expectCode(store.put("a", bytes("x")), "unavailable");
	});
});
