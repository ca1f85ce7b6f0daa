import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { crc32c, encodeCrc32c } from "../../../src/store/gcs/crc32c.ts";
import { GcsStore } from "../../../src/store/gcs/gcs-store.ts";
import { parseLocation } from "../../../src/store/gcs/location.ts";
import { Plane } from "../../../src/store/gcs/plane.ts";
import { type Handler, serve, type TestServer } from "../http/http-server.ts";

/** A store on a server that answers as a test says, not wrapped in anything. */
export interface ScriptedGcs extends AsyncDisposable {
	readonly server: TestServer;
	readonly store: GcsStore;
}

export const TOKEN = "a-token";

/** Opens the prefix `pre` of the bucket `reg`. The test disposes of it. */
export async function scriptedGcs(
	handle: Handler,
	options = "",
): Promise<ScriptedGcs> {
	const server = await serve(handle);
	const location = parseLocation(new URL(`gs://reg/pre?${options}`));
	const plane = new Plane({
		origin: server.origin,
		headers: async () => ({ authorization: `Bearer ${TOKEN}` }),
	});
	const store = new GcsStore(location, plane);
	return {
		server,
		store,
		async [Symbol.asyncDispose]() {
			await store[Symbol.asyncDispose]();
			await server[Symbol.asyncDispose]();
		},
	};
}

/** Answers with JSON. */
export function give(
	response: ServerResponse,
	json: unknown,
	status = 200,
): void {
	response.writeHead(status, {
		"content-type": "application/json; charset=UTF-8",
	});
	response.end(JSON.stringify(json));
}

/** Answers as the JSON API does to what it refuses. */
export function refuse(
	response: ServerResponse,
	status: number,
	reason: string,
	message = "-",
): void {
	const errors = [{ domain: "global", reason, message }];
	give(response, { error: { code: status, message, errors } }, status);
}

/** The resource of an object with this content; `name` without the store's prefix. */
export function resource(
	name: string,
	content: Uint8Array = Buffer.from("x"),
): Readonly<Record<string, string>> {
	return {
		kind: "storage#object",
		name: `pre/${name}`,
		size: String(content.length),
		generation: "17",
		updated: "2026-02-03T12:00:00.123Z",
		contentType: "application/octet-stream",
		md5Hash: createHash("md5").update(content).digest("base64"),
		crc32c: encodeCrc32c(crc32c(content)),
	};
}

/** A page of a listing; names without the store's prefix. */
export function listing(
	names: readonly string[],
	nextPageToken?: string,
): unknown {
	const items = names.map((name) => resource(name));
	return { kind: "storage#objects", items, nextPageToken };
}
