import { expect } from "vitest";
import { fromThrown } from "../../../src/store/s3/errors.ts";

/** What a promise rejects with; it must. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
	return await promise.then(
		() => {
			throw new Error("it did not fail");
		},
		(error: unknown) => error,
	);
}

/** The request failed in a way that may pass. */
export async function expectUnavailable(
	promise: Promise<unknown>,
): Promise<void> {
	const error = fromThrown(await failureOf(promise), {
		store: "s3://reg",
		operation: "get",
	});
	expect(error.code).toBe("unavailable");
}
