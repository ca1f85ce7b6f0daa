import { randomBytes, randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { addVersityGwAccount } from "../../../scripts/services/versitygw.ts";
import type { StoreError } from "../../../src/store/errors.ts";
import type { ObjectStore } from "../../../src/store/object-store.ts";
import { open as openS3 } from "../../../src/store/s3/open.ts";
import { bodyOf } from "../../conformance/bodies.ts";
import { bytes, keysOf, read } from "../../conformance/objects.ts";
import { allowAllBut } from "../../support/limited-access.ts";
import { hasTools, newBucket } from "../../support/services.ts";
import { storeUrl } from "../../support/store-url.ts";
import { failureOf } from "../http/failures.ts";
import { ownServer } from "./own-server.ts";

const LARGE = randomBytes(9 * 1024 * 1024);

/** Who may do all but one thing. */
const ACCOUNT = { accessKeyId: "limited", secretAccessKey: randomUUID() };

describe.skipIf(!hasTools("versitygw"))("on VersityGW", () => {
	const connection = ownServer("versitygw");
	beforeAll(() => addVersityGwAccount(connection(), ACCOUNT));

	/** A bucket that holds "old", opened by one who may not do this there. */
	async function opened(action: string): Promise<ObjectStore> {
		const bucket = await newBucket(connection());
		const url = storeUrl(bucket, "", connection());
		await using owner = await openS3(url);
		await owner.put("old", bytes("old"));
		await allowAllBut(action, bucket, ACCOUNT.accessKeyId, connection());
		const environment = {
			AWS_ACCESS_KEY_ID: ACCOUNT.accessKeyId,
			AWS_SECRET_ACCESS_KEY: ACCOUNT.secretAccessKey,
		};
		return await openS3(url, { environment });
	}

	const forbidden = (action: string): Partial<StoreError> => ({
		code: "permission-denied",
		suggestions: [expect.stringContaining(`(${action})`)],
	});

	test("who may not list is told so when the bucket is opened", async () => {
		const error = await failureOf(opened("s3:ListBucket"));
		expect(error).toMatchObject(forbidden("s3:ListBucket"));
	});

	test("who may not read is told so, and not that nothing is there (I2)", async () => {
		await using store = await opened("s3:GetObject");
		const missing = forbidden("s3:GetObject");
		expect(await failureOf(store.get("old"))).toMatchObject(missing);
		expect(await failureOf(store.head("old"))).toMatchObject(missing);
		expect(await keysOf(store, { prefix: "" })).toEqual(["old"]);
	});

	test("who may not write is told so, of small and large objects", async () => {
		await using store = await opened("s3:PutObject");
		const missing = forbidden("s3:PutObject");
		for (const body of [bytes("new"), bodyOf([LARGE])])
			expect(await failureOf(store.put("old", body))).toMatchObject(missing);
		expect(await read(store, "old")).toEqual(bytes("old"));
	});

	test("who may not delete is told so of each key, and all stays", async () => {
		await using store = await opened("s3:DeleteObject");
		const failures = await store.delete(["old", "other"]);
		expect(failures.get("old")).toMatchObject(forbidden("s3:DeleteObject"));
		expect(await read(store, "old")).toEqual(bytes("old"));
	});

	test("who may do all that is needed meets no failure", async () => {
		await using store = await opened("s3:Nothing");
		await store.put("new", bodyOf([LARGE]));
		expect(await store.delete(["old"])).toEqual(new Map());
		expect(await keysOf(store, { prefix: "" })).toEqual(["new"]);
	});
});
