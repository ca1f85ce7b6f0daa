import { beforeEach, describe, expect, test } from "vitest";
import { MINIO_KMS_KEY } from "../../scripts/services/minio.ts";
import { assumeRole, type PolicyStatement } from "../support/assumed-role.ts";
import { FaultyServer } from "../support/faulty-server.ts";
import { describeResult, type ProgramResult } from "../support/program.ts";
import { hasTools, newBucket, services } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { minioClient, s3Contents } from "./independent-readers.ts";
import { runProgram } from "./program.ts";
import { type RehearsedRegistry, registryInUse } from "./rehearsed-registry.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { snapshotTree } from "./tree.ts";

const { s3 } = services();

let folder: string;
let bucket: string;
beforeEach(async () => {
	folder = await temporaryFolder();
	bucket = await newBucket();
});

/** The text without its line breaks, so that sentences can be found in it. */
function prose({ stdout }: ProgramResult): string {
	return stdout.replaceAll(/\s+/g, " ");
}

/** Nothing of a rehearsal is left: no object, no process, no file. */
async function expectNothingLeft({
	served,
	files,
}: RehearsedRegistry): Promise<void> {
	expect([...(await s3Contents(minioClient(s3), bucket, "")).keys()]).toEqual(
		[],
	);
	expect(served()).toEqual([]);
	expect(files()).toEqual([]);
}

/** Outcomes by step, as `--json` tells them. */
function outcomes({ stdout }: ProgramResult): Record<string, string> {
	const report: {
		nodes: { steps: { step: string; outcome: string }[] }[];
	} = JSON.parse(stdout);
	return Object.fromEntries(
		report.nodes.flatMap(({ steps }) =>
			steps.map(({ step, outcome }) => [step, outcome]),
		),
	);
}

const PASSED = {
	start: "passed",
	"refuse-writes": "passed",
	pull: "passed",
	"start-writable": "passed",
	push: "passed",
	"push-again": "passed",
	"pull-pushed": "passed",
	delete: "passed",
};
const PUSH_FAILED = {
	...PASSED,
	push: "failed",
	"push-again": "skipped",
	"pull-pushed": "skipped",
	delete: "skipped",
};

describe.each(["3", "2"] as const)("a registry of version %s", (version) => {
	const real = test.skipIf(!s3.verifies || !hasTools(`registry-${version}`));

	real("passes on a good target, and nothing is left", async () => {
		const registry = await registryInUse(folder, version);
		const { source, flags } = registry;
		const before = snapshotTree(source);
		const target = storeUrl(bucket, "/pre/fix").href;
		const result = await runProgram(["rehearse", source, target, ...flags]);
		expect(result.exitCode, describeResult(result)).toBe(0);
		expect(result.stderr).toBe("");
		const text = prose(result);
		expect(text).toMatch(
			/several platforms\).* Pulled by digest: \d images .*Pushed an image in chunks \(3 chunks, 18.0 MiB\)\. .*All passed/,
		);
		expect(snapshotTree(source)).toEqual(before);
		await expectNothingLeft(registry);

		const json = await runProgram([
			...["rehearse", source, target, ...flags, "--json"],
			...["--include", "group-00/service-00", "--disable-redirect"],
		]);
		expect(json.exitCode, describeResult(json)).toBe(0);
		expect(outcomes(json)).toEqual(PASSED);
		expect(JSON.parse(json.stdout)).toMatchObject({
			isPassed: true,
			repositories: ["group-00/service-00"],
		});
		await expectNothingLeft(registry);
	});

	real.for([
		[501, "NotImplemented", /Have the server, and any proxy .* multipart/],
		[
			403,
			"AccessDenied",
			/Allow .* to write in parts \(s3:PutObject, s3:Abort/,
		],
	] as const)(
		"finds a target that refuses multipart uploads (%i)",
		async ([status, code, advice]) => {
			const registry = await registryInUse(folder, version);
			const { source, flags } = registry;
			await using front = await FaultyServer.start(s3.endpoint);
			const body = Buffer.from(
				`<Error><Code>${code}</Code><Message>No uploads in parts here</Message></Error>`,
			);
			const headers = { "content-type": "application/xml" };
			front.follow(({ method, query }) =>
				method === "POST" && query.has("uploads")
					? { answers: { status, headers, body } }
					: undefined,
			);
			const arguments_ = [
				...["rehearse", source, storeUrl(bucket).href, ...flags],
				...["--registry-endpoint", front.origin],
			];
			const result = await runProgram(arguments_);
			expect(result.exitCode, describeResult(result)).toBe(3);
			const text = prose(result);
			expect(text).toMatch(
				/FAILED Cannot push the blob sha256:\S+ to regmigrate\/rehearsal at http:\S+ the registry answered 500 \(UNKNOWN\)/,
			);
			expect(text).toContain(
				`The registry's log: s3aws: ${code}: No uploads in parts here`,
			);
			expect(text).toMatch(advice);
			expect(text).toContain(
				"The registry cannot be switched to this target as it is.",
			);
			await expectNothingLeft(registry);
			expect(outcomes(await runProgram([...arguments_, "--json"]))).toEqual(
				PUSH_FAILED,
			);
		},
	);

	real("finds a wrong prefix, and writes nothing there", async () => {
		const registry = await registryInUse(folder, version);
		const { source, flags } = registry;
		const result = await runProgram([
			...["rehearse", source, storeUrl(bucket, "/pre").href, ...flags],
			...["--set", "rootdirectory=/elsewhere"],
		]);
		expect(result.exitCode, describeResult(result)).toBe(3);
		const text = prose(result);
		expect(text).toMatch(
			/FAILED Cannot pull group-00\/\S+@sha256:\S+ from http:\S+ the registry answered 404 \(MANIFEST_UNKNOWN\)/,
		);
		expect(text).toMatch(
			/looks in s3, bucket test-\S+, rootdirectory \/elsewhere\/regmigrate-rehearsal-\S+\/pulls, and that is not where regmigrate writes/,
		);
		expect(text).toMatch(/Not tried: push an image in chunks/);
		await expectNothingLeft(registry);
	});

	real.for<[string, readonly PolicyStatement[]]>([
		["that its credentials may not use", [denyingKey()]],
		["that does not exist", []],
	])("finds a key %s", async ([, denied]) => {
		const role = await assumeRole(s3, [ALL, ...denied]);
		const registry = await registryInUse(folder, version, role);
		const { source, flags } = registry;
		const target = storeUrl(bucket);
		target.searchParams.set("sse", "kms");
		target.searchParams.set("kms-key-id", MINIO_KMS_KEY);
		const other = denied.length === 0 ? ["--set", "keyid=absent-key"] : [];
		const result = await runProgram([
			...["rehearse", source, target.href, ...flags, ...other],
			...["--registry-credentials", "role"],
		]);
		expect(result.exitCode, describeResult(result)).toBe(3);
		const text = prose(result);
		expect(text).toMatch(/passed Pulled by digest: 3 images/);
		expect(text).toMatch(
			/FAILED Cannot push the blob .*The registry's log: s3aws: (AccessDenied: Access Denied|kms:KeyNotFound: key with given key ID does not exist)/,
		);
		expect(text).toContain(
			`Let the registry's credentials use the key ${denied.length === 0 ? "absent-key" : MINIO_KMS_KEY}, which has to exist: kms:GenerateDataKey and kms:Decrypt`,
		);
		for (const secret of Object.values(role))
			expect(text).not.toContain(secret);
		await expectNothingLeft(registry);
	});

	real("finds credentials that work from here, and not from it", async () => {
		const unknown = {
			AWS_ACCESS_KEY_ID: "SOMEBODYELSE",
			AWS_SECRET_ACCESS_KEY: "test-secret-value",
		};
		const registry = await registryInUse(folder, version, unknown);
		const { source, flags } = registry;
		const result = await runProgram([
			...["rehearse", source, storeUrl(bucket).href, ...flags],
			...["--registry-credentials", "role"],
		]);
		expect(result.exitCode, describeResult(result)).toBe(3);
		expect(prose(result)).toMatch(
			/InvalidAccessKeyId.* The store does not know the registry's credentials/,
		);
		expect(result.stdout).not.toContain("test-secret-value");
		await expectNothingLeft(registry);
	});
});

const ALL: PolicyStatement = {
	Effect: "Allow",
	Action: ["s3:*"],
	Resource: ["arn:aws:s3:::*"],
};

/**
 * Denies what names the key. MinIO asks for no right to the key itself when an object is put; AWS does, by the key's policy,
 * and answers the same.
 */
function denyingKey(): PolicyStatement {
	return {
		...ALL,
		Effect: "Deny",
		Action: ["s3:PutObject"],
		Condition: {
			StringEquals: {
				"s3:x-amz-server-side-encryption-aws-kms-key-id": MINIO_KMS_KEY,
			},
		},
	};
}
