import { describe, expect, test } from "vitest";
import { TransferLines } from "../../../src/cli/sync/transfer-lines.ts";
import { StoreError } from "../../../src/store/errors.ts";
import { MemoryStore } from "../../../src/store/memory.ts";
import type { ObjectStore } from "../../../src/store/object-store.ts";

/** A store that says that it is there. */
function storeAt(url: string, addressOf: (key: string) => string): ObjectStore {
	const store = new MemoryStore();
	return {
		url,
		identity: `${url}/`,
		can: store.can,
		address: addressOf,
		head: (key, call) => store.head(key, call),
		get: (key, options) => store.get(key, options),
		put: (key, body, options) => store.put(key, body, options),
		delete: (keys, call) => store.delete(keys, call),
		list: (options) => store.list(options),
		[Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
	};
}

const DIRECTORY = storeAt("file:///registry", (key) => `/registry/${key}`);
const COPY = storeAt("file:///copy", (key) => `/copy/${key}`);
const BUCKET = storeAt("s3://reg", (key) => `s3://reg/${key}`);
const OTHER = storeAt("s3://other", (key) => `s3://other/${key}`);

describe("transfer lines", () => {
	test.for([
		[DIRECTORY, BUCKET, "upload: /registry/docker/x to s3://reg/docker/x"],
		[BUCKET, DIRECTORY, "download: s3://reg/docker/x to /registry/docker/x"],
		[DIRECTORY, COPY, "copy: /registry/docker/x to /copy/docker/x"],
		[BUCKET, OTHER, "copy: s3://reg/docker/x to s3://other/docker/x"],
	] as const)("are those of aws s3 sync: %#", ([source, target, line]) => {
		const lines = new TransferLines(source, target, false);
		expect(lines.copied("docker/x")).toBe(line);
	});

	test("say of a dry run that it is one", () => {
		const lines = new TransferLines(DIRECTORY, BUCKET, true);
		expect(lines.copied("x")).toBe(
			"(dryrun) upload: /registry/x to s3://reg/x",
		);
		expect(lines.deleted("x")).toBe("(dryrun) delete: s3://reg/x");
	});

	test.for([
		["file:///registry", "permission denied (in the source)"],
		["s3://reg", "permission denied (at the target)"],
		["s3://elsewhere", "permission denied"],
	] as const)("tell on which side it failed: %s", ([store, reason]) => {
		const lines = new TransferLines(DIRECTORY, BUCKET, false);
		const error = new StoreError("permission-denied", "permission denied", {
			store,
			operation: "put",
		});
		expect(lines.failed("x", error)).toBe(
			`upload failed: /registry/x to s3://reg/x ${reason}`,
		);
	});

	test("name no side when both are called the same, as on two servers", () => {
		const lines = new TransferLines(BUCKET, BUCKET, false);
		const error = new StoreError("throttled", "slow down", {
			store: "s3://reg",
			operation: "put",
		});
		expect(lines.reason(error)).toBe("slow down");
	});
});
