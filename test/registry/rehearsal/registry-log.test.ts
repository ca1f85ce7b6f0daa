import { describe, expect, test } from "vitest";
import { complaintsIn } from "../../../src/registry/rehearsal/registry-log.ts";
import { SECRET } from "../configuration.ts";

function entry(values: Readonly<Record<string, string>>): string {
	return JSON.stringify({ time: "2026-11-28T13:29:22Z", ...values });
}

describe("what a registry complained of", () => {
	test("is told in the driver's words, each once, in one line", () => {
		const failed = entry({
			level: "error",
			msg: "response completed with error",
			"err.detail":
				"s3aws: AccessDenied: No\n\tstatus code: 403, request id: 1",
		});
		const log = [
			`ed with error"}`,
			entry({ level: "info", msg: "listening" }),
			failed,
			failed,
			entry({ level: "error", error: "second", msg: "as GitLab's has it" }),
			entry({ level: "error", msg: "third" }),
			entry({ level: "error", msg: "fourth" }),
		].join("\n");
		expect(complaintsIn(log, [])).toEqual([
			"s3aws: AccessDenied: No status code: 403, request id: 1",
			"second",
			"third",
		]);
	});

	test("is what it said at its end, where it did not get so far", () => {
		const panic =
			"panic: no region parameter provided\n\ngoroutine 1 [running]:\nmain.main()\n\t/x.go:22 +0x25\n";
		expect(complaintsIn(panic, [])).toEqual([
			"panic: no region parameter provided",
		]);
		expect(
			complaintsIn("configuration error: error parsing x\nUsage:\n", []),
		).toEqual(["configuration error: error parsing x"]);
		expect(complaintsIn("Killed\n", [])).toEqual(["Killed"]);
		expect(complaintsIn("", [])).toEqual([]);
	});

	test("shows no secret, and not without end", () => {
		const log = entry({
			level: "error",
			"err.detail": `Get "https://b/k?X-Amz-Signature=${"f".repeat(64)}": key ${SECRET} ${"long ".repeat(200)}`,
		});
		const [text = ""] = complaintsIn(log, [SECRET]);
		expect(text).toMatch(
			/^Get "https:\/\/b\/k\?X-Amz-Signature=\*\*\*\S* key \*\*\* long/,
		);
		expect(text).toHaveLength(401);
	});
});
