import { expect, test } from "vitest";
import type { RegistryErrorCode } from "../../../src/registry/registry-error.ts";
import { adviceFor } from "../../../src/registry/rehearsal/advice.ts";
import type { StepName } from "../../../src/registry/rehearsal/step.ts";

const STORAGE = {
	driver: "s3",
	parameters: { bucket: "reg", rootdirectory: "/pre/scratch" },
};

test.for<[string, StepName, RegistryErrorCode, readonly RegExp[]]>([
	[
		"unknown manifest name=a revision=sha256:00",
		"pull",
		"not-found",
		[/looks in s3, bucket reg, rootdirectory \/pre\/scratch, and that is not/],
	],
	["XAmzContentSHA256Mismatch", "push", "failed", [/checksum_disabled=true/]],
	[
		"kms:KeyNotFound: key with given key ID does not exist",
		"push",
		"failed",
		[/use the key that the bucket encrypts with.*kms:GenerateDataKey/],
	],
	["InvalidAccessKeyId: x", "pull", "failed", [/does not know the registry's/]],
	["NoCredentialProviders: no valid", "start", "failed", [/does not know the/]],
	["AccessDenied: x", "start", "failed", [/to list and read/]],
	["AccessDenied: x", "pull", "failed", [/to list and read/]],
	["AccessDenied: x", "delete", "failed", [/to delete \(s3:DeleteObject\)/]],
	["AccessDenied: x", "push", "failed", [/to write in parts/]],
	["s3aws: NotImplemented: x", "push", "failed", [/take multipart uploads/]],
	["status code: 501", "push", "failed", [/take multipart uploads/]],
	["InvalidBlobType: x", "push-again", "failed", [/append-blobs-below=136/]],
	["NoSuchBucket: x", "start", "failed", [/looks in s3, bucket reg/]],
	["dial tcp: no such host", "pull", "failed", [/has to be reached/]],
	["x509: unknown authority", "start", "failed", [/certificate trusted/]],
	["something else", "push", "failed", [/regmigrate config render shows them/]],
])("%s, %s", ([said, step, code, expected]) => {
	const advice = adviceFor({ step, code, said: [said], storage: STORAGE });
	expect(advice).toEqual(
		expected.map((pattern) => expect.stringMatching(pattern)),
	);
});

test("where a key is named, the right to use it comes first", () => {
	const parameters = { ...STORAGE.parameters, encrypt: true, keyid: "key-1" };
	const advice = adviceFor({
		step: "push",
		code: "failed",
		said: ["AccessDenied: Access Denied"],
		storage: { driver: "s3", parameters },
	});
	expect(advice).toEqual([
		expect.stringContaining("the key key-1, which has to exist"),
		expect.stringContaining("to write in parts"),
	]);
});
