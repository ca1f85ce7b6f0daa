import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { checksumsOf } from "../../../src/store/gcs/checksums.ts";
import { GcsStore } from "../../../src/store/gcs/gcs-store.ts";
import { parseLocation } from "../../../src/store/gcs/location.ts";
import { Plane } from "../../../src/store/gcs/plane.ts";
import {
	MemoryUploads,
	type SettleUploads,
} from "../../../src/store/upload-log.ts";
import { bodyOf } from "../../conformance/bodies.ts";
import { expectCode, sha256Of } from "../../conformance/objects.ts";
import { type Arrived, serve } from "../http/http-server.ts";
import { MultipartModel } from "../s3/multipart-model.ts";
import { give, refuse, resource } from "./scripted-gcs.ts";
import { uploadServer } from "./upload-server.ts";

const PART = 8 * 1024 * 1024;
const CONTENT = randomBytes(3 * PART + 5);
const PUT = { digest: sha256Of(CONTENT) };
const FULL = "pre/some key";

/** Answers before the server does; true when it has. */
type Answer = (request: Arrived, response: ServerResponse) => boolean;

/** Cloud Storage: uploads in parts as S3 has them, on the XML API, and objects on the JSON API. */
async function open(answer: Answer = () => false, options = "") {
	const model = new MultipartModel("md5");
	const server = await serve((request, response) => {
		if (answer(request, response)) return;
		if (!request.path.startsWith("/storage/v1/"))
			return model.handle(request, response);
		const name = decodeURIComponent(request.path.split("/").at(-1) ?? "");
		const object = model.objects.get(name);
		if (request.method === "DELETE") {
			model.objects.delete(name);
			return void response.writeHead(204).end();
		}
		if (object === undefined) return refuse(response, 404, "notFound");
		const { md5Hash: _, ...composite } = resource(name.slice(4), object);
		give(response, composite);
	});
	const record = new MemoryUploads();
	const location = parseLocation(new URL(`gs://reg/pre?${options}`));
	let settle: SettleUploads | undefined;
	/** A process's store. */
	const store = () =>
		new GcsStore(
			location,
			new Plane({
				origin: server.origin,
				headers: async () => ({ authorization: "Bearer a-token" }),
			}),
			{
				open(_identity, settles) {
					settle = settles;
					return record;
				},
			},
		);
	return {
		model,
		record,
		requests: server.requests,
		store,
		settle: async () => (await settle?.({ isAllDone: true })) ?? [],
		[Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
	};
}

/** A process that is killed when the server has so many parts. */
async function killedAfter(
	parts: number,
	{ model, store }: Awaited<ReturnType<typeof open>>,
): Promise<void> {
	model.interrupt = (step, when) =>
		step === "part" && when === "after" && model.sent.length === parts;
	await using killed = store();
	const put = killed.put("some key", bodyOf([CONTENT]), PUT);
	await expect(put).rejects.toThrow();
	model.revive();
}

describe("an upload in parts to Cloud Storage", () => {
	test("arrives whole, each part with its checksums, and is noted without a secret (I4, I7)", async () => {
		await using cloud = await open(undefined, "user-project=payer");
		await using store = cloud.store();
		const meta = await store.put("some key", bodyOf([CONTENT]), PUT);
		expect(meta).toEqual({
			key: "some key",
			size: CONTENT.length,
			version: "17",
			lastModified: expect.any(Number),
			md5: undefined,
		});
		expect(cloud.model.objects.get(FULL)?.equals(CONTENT)).toBe(true);
		expect(cloud.record.pending()).toEqual([]);
		const [begin] = cloud.requests;
		expect(begin?.url).toBe("/reg/pre/some%20key?uploads");
		for (const { method, path, body, headers } of cloud.requests) {
			expect(headers.authorization).toBe("Bearer a-token");
			if (path.startsWith("/reg/"))
				expect(headers["x-goog-user-project"]).toBe("payer");
			if (method !== "PUT") continue;
			const { crc32c, md5 } = checksumsOf(body);
			expect(headers["x-goog-hash"]).toBe(`crc32c=${crc32c},md5=${md5}`);
		}
	});

	test("is gone on with after its process was killed: only what is missing is sent", async () => {
		await using cloud = await open();
		await killedAfter(2, cloud);
		const [noted] = cloud.record.pending();
		const arrived = [
			...(cloud.model.uploads.get(noted?.uploadId ?? "")?.parts.keys() ?? []),
		];
		expect(arrived).toHaveLength(2);
		await using store = cloud.store();
		await store.put("some key", bodyOf([CONTENT]), PUT);
		expect([...cloud.model.sent, ...arrived].toSorted()).toEqual([1, 2, 3, 4]);
		expect(cloud.model.objects.get(FULL)?.equals(CONTENT)).toBe(true);
		expect(cloud.model.uploads.size).toBe(0);
	});

	test("that nobody goes on with is given up, and no other", async () => {
		await using cloud = await open();
		const foreign = cloud.model.begin(FULL);
		await killedAfter(1, cloud);
		await using _store = cloud.store();
		expect(await cloud.settle()).toEqual([]);
		expect([...cloud.model.uploads.keys()]).toEqual([foreign]);
	});

	test("whose beginning was not answered is told of", async () => {
		await using cloud = await open();
		cloud.model.loses = "create";
		await using store = cloud.store();
		await store.put("some key", bodyOf([CONTENT]), PUT);
		expect(await cloud.settle()).toMatchObject([
			{ address: "gs://reg/pre/some key" },
		]);
	});

	test("that is not what it was said to be is given up, not completed (I4)", async () => {
		await using cloud = await open();
		await using store = cloud.store();
		const digest = sha256Of(Buffer.from("other"));
		await expectCode(
			store.put("some key", bodyOf([CONTENT]), { digest }),
			"corrupt",
		);
		expect(cloud.model.objects.size + cloud.model.uploads.size).toBe(0);
	});

	test("is there when the answer to its completion was lost", async () => {
		await using cloud = await open();
		cloud.model.loses = "complete";
		await using store = cloud.store();
		const meta = await store.put("some key", bodyOf([CONTENT]), PUT);
		expect(meta.size).toBe(CONTENT.length);
		expect(cloud.record.pending()).toEqual([]);
	});

	test("has failed when the server says so after it has said 200", async () => {
		let failures = 0;
		await using cloud = await open(({ method, query }, response) => {
			const isCompletion = method === "POST" && query.has("uploadId");
			if (!isCompletion || failures++ > 0) return false;
			response.end(
				"<?xml version='1.0'?><Error><Code>InternalError</Code></Error>",
			);
			return true;
		});
		await using store = cloud.store();
		await store.put("some key", bodyOf([CONTENT]), PUT);
		expect(failures).toBe(2);
		expect(cloud.model.objects.get(FULL)?.equals(CONTENT)).toBe(true);
	});

	test("of which the server made something else is not taken for the object (I4)", async () => {
		await using cloud = await open(({ path, method }, response) => {
			if (!path.startsWith("/storage/v1/") || method !== "GET") return false;
			give(response, resource("some key", Buffer.alloc(CONTENT.length)));
			return true;
		});
		await using store = cloud.store();
		await expectCode(
			store.put("some key", bodyOf([CONTENT]), PUT),
			"unavailable",
		);
	});
});

describe("where the server takes no uploads in parts", () => {
	test.each([
		["has not heard of them", 400],
		["does not allow them", 403],
		["does not pass them on", 404],
	])(
		"because it %s, bodies go up through sessions, and it is asked once",
		async (_what, status) => {
			const sessions = [uploadServer(), uploadServer()];
			let put = -1;
			let asked = 0;
			await using cloud = await open((request, response) => {
				if (request.query.has("uploads")) {
					asked++;
					refuse(response, status, "invalid");
					return true;
				}
				if (!request.path.startsWith("/upload/")) return false;
				if (request.method === "POST") put++;
				void sessions[put]?.handle(request, response);
				return true;
			});
			await using store = cloud.store();
			await store.put("a", bodyOf([CONTENT]), PUT);
			await store.put("a", bodyOf([CONTENT]), PUT);
			for (const session of sessions)
				expect(session.object()?.equals(CONTENT)).toBe(true);
			expect(asked).toBe(1);
			expect(cloud.record.pending()).toEqual([]);
		},
	);

	test("or a body is put on a condition, which parts do not know, it goes up through a session", async () => {
		const session = uploadServer();
		await using cloud = await open((request, response) => {
			if (!request.path.startsWith("/upload/")) return false;
			void session.handle(request, response);
			return true;
		});
		await using store = cloud.store();
		await store.put("a", bodyOf([CONTENT]), { ...PUT, only: "absent" });
		expect(session.object()?.equals(CONTENT)).toBe(true);
		expect(cloud.model.steps).toEqual([]);
	});
});
