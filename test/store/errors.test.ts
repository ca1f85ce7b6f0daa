import { describe, expect, test } from "vitest";
import {
	isCancellation,
	StoreError,
	type StoreErrorCode,
} from "../../src/store/errors.ts";

describe("a store's error", () => {
	test("says what could not be done, to what, where, and why", () => {
		const error = new StoreError("corrupt", "its content differs", {
			store: "s3://reg/pre",
			operation: "put",
			key: "a/b",
		});
		expect(error.message).toBe(
			'Cannot put "a/b" in s3://reg/pre: its content differs',
		);
		expect(error.reason).toBe("its content differs");
		expect(String(error)).toMatch(/^StoreError: Cannot put/);
	});

	test.each([undefined, ""])("about the key %j is about the store", (key) => {
		const options = { store: "s3://reg", operation: "list", key };
		expect(new StoreError("unknown", "why", options).message).toBe(
			"Cannot list s3://reg: why",
		);
	});

	test("keeps its cause, and shows it to no one who prints it as JSON (I7)", () => {
		const cause = new Error("with a secret");
		const error = new StoreError("unknown", "why", {
			store: "s3://reg",
			operation: "list",
			cause,
		});
		expect(error.cause).toBe(cause);
		expect(JSON.stringify(error)).not.toContain("secret");
	});

	test.each<[StoreErrorCode, boolean]>([
		["not-found", false],
		["precondition-failed", false],
		["permission-denied", false],
		["unauthenticated", false],
		["throttled", true],
		["unavailable", true],
		["incomplete", false],
		["corrupt", false],
		["unsupported", false],
		["unknown", false],
	])("with the code %s may be tried again: %s", (code, retryable) => {
		const error = new StoreError(code, "why", { store: "", operation: "" });
		expect(error.retryable).toBe(retryable);
	});
});

describe("a cancellation", () => {
	const reason = new Error("cancelled");
	const aborted = AbortSignal.abort(reason);

	test("is the signal's reason, or what Node makes of it", () => {
		expect(isCancellation(reason, aborted)).toBe(true);
		const ofNode = new DOMException("aborted", "AbortError");
		expect(isCancellation(ofNode, aborted)).toBe(true);
	});

	test("is nothing else, and nothing while the signal has not fired", () => {
		expect(isCancellation(new Error("other"), aborted)).toBe(false);
		expect(isCancellation("text", aborted)).toBe(false);
		expect(isCancellation(reason, new AbortController().signal)).toBe(false);
		expect(isCancellation(reason, undefined)).toBe(false);
	});
});
