import { expect, test } from "vitest";
import * as azure from "../../../src/store/azure/errors.ts";
import * as gcs from "../../../src/store/gcs/errors.ts";
import { retryAfterMs } from "../../../src/store/http/retry-after.ts";
import * as s3 from "../../../src/store/s3/errors.ts";

const NOW = Date.UTC(2026, 0, 1, 12, 0, 0);
const date = (ms: number) => new Date(ms).toUTCString();

test.each([
	["seconds", { "retry-after": "120" }, 120_000],
	["no wait at all", { "retry-after": "0" }, 0],
	["a date", { "retry-after": date(NOW + 30_000) }, 30_000],
	["a date that is past", { "retry-after": date(NOW - 30_000) }, 0],
	[
		"a date, by the server's clock, an hour behind ours",
		{
			"retry-after": date(NOW - 3_600_000 + 5000),
			date: date(NOW - 3_600_000),
		},
		5000,
	],
	[
		"a date, beside a clock that cannot be read",
		{ "retry-after": date(NOW + 1000), date: "soon" },
		1000,
	],
	["nothing", {}, undefined],
	["nothing that can be read", { "retry-after": "soon" }, undefined],
	["less than nothing", { "retry-after": "-1" }, undefined],
	["a fraction", { "retry-after": "1.5" }, undefined],
	["a date of another kind", { "retry-after": "2026-01-01" }, undefined],
	["two things", { "retry-after": ["1", "2"] }, undefined],
])("a response that asks for %s", (_what, headers, expected) => {
	expect(retryAfterMs(headers, NOW)).toBe(expected);
});

const ABOUT = { store: "store", operation: "put", key: "a" };
const BUSY = { "retry-after": "7" };

test("every store says how long its server asks to wait", () => {
	const sdkError = Object.assign(new Error("slow down"), {
		name: "SlowDown",
		$metadata: { httpStatusCode: 503 },
		$response: { headers: BUSY },
	});
	for (const error of [
		s3.fromResponse(503, BUSY, "", ABOUT),
		s3.fromThrown(sdkError, ABOUT),
		gcs.fromResponse(429, "", ABOUT, BUSY),
		azure.fromResponse(503, BUSY, "", ABOUT),
	])
		expect(error).toMatchObject({ retryable: true, retryAfterMs: 7000 });
	for (const error of [
		s3.fromResponse(503, {}, "", ABOUT),
		s3.fromThrown(new Error("no answer"), ABOUT),
		gcs.fromResponse(429, "", ABOUT),
		azure.fromResponse(503, {}, "", ABOUT),
	])
		expect(error.retryAfterMs).toBeUndefined();
});
