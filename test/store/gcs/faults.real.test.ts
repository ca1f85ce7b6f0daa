import { afterAll, beforeAll, describe } from "vitest";
import { open as openGcs } from "../../../src/store/gcs/open.ts";
import { describeFaults, type FaultHarness } from "../../conformance/faults.ts";
import { hasTools } from "../../support/services.ts";
import { type GcsEmulator, gcsUrl, startGcsEmulator } from "./gcs-emulator.ts";
import { type SessionWatch, watchSessions } from "./session-watch.ts";

/** An error as the JSON API writes it down. */
function failure(code: number, reason: string) {
	const message = "It failed.";
	const error = { code, message, errors: [{ reason, message }] };
	return {
		status: code,
		headers: { "content-type": "application/json" },
		body: Buffer.from(JSON.stringify({ error })),
	};
}

/** A page of a listing with other members. */
function edited(
	page: string,
	edit: (items: readonly unknown[]) => Readonly<Record<string, unknown>>,
): string {
	const { items = [], ...rest } = JSON.parse(page);
	return JSON.stringify({ items, ...rest, ...edit(items) });
}

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

	const harness: FaultHarness = {
		origin: () => watch.origin,
		newBucket: () => emulator.newBucket(),
		open(bucket, origin, options) {
			const url = gcsUrl(origin, bucket);
			url.searchParams.set("chunk-size", String(8 * 1024 * 1024));
			return openGcs(url, options);
		},
		leftovers: async (bucket) => watch.open(bucket),
		internalError: failure(500, "backendError"),
		listing: {
			isPage: ({ method, path, query }) =>
				method === "GET" && path.endsWith("/o") && query.has("maxResults"),
			tokenOf: ({ query }) => query.get("pageToken") ?? undefined,
			reversed: (page) =>
				edited(page, (items) => ({ items: items.toReversed() })),
			emptied: (page) => edited(page, () => ({ items: [] })),
			continued: (page, nextPageToken) =>
				edited(page, () => ({ nextPageToken })),
		},
		failDeletion({ method, path }, key, code) {
			if (method !== "DELETE" || !path.endsWith(`/o/${key}`)) return undefined;
			return {
				answers:
					code === "unavailable"
						? failure(503, "backendError")
						: failure(403, "forbidden"),
			};
		},
	};
	describeFaults("the Google Cloud Storage store", harness);
});
