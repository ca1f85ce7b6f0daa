import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { writeSampleRegistry } from "../../scripts/sample-registry/sample-registry.ts";
import { addVersityGwAccount } from "../../scripts/services/versitygw.ts";
import { ownServer } from "../store/s3/own-server.ts";
import { allowAllBut } from "../support/limited-access.ts";
import { describeResult } from "../support/program.ts";
import { hasTools, newBucket } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { runProgram } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Who may do all but one thing in the target's bucket. */
const ACCOUNT = {
	accessKeyId: "limited",
	secretAccessKey: "limited-test-secret",
};

describe.skipIf(!hasTools("versitygw"))(
	"credentials that may not do all",
	() => {
		const connection = ownServer("versitygw");
		beforeAll(() => addVersityGwAccount(connection(), ACCOUNT));

		async function syncWithout(
			action: string,
			alter: (source: string) => void = () => {},
		) {
			const source = await temporaryFolder();
			writeSampleRegistry(source, { repositories: 1, tagsPerRepository: 1 });
			alter(source);
			const bucket = await newBucket(connection());
			await allowAllBut(action, bucket, ACCOUNT.accessKeyId, connection());
			const { href } = storeUrl(bucket, "", connection());
			return await runProgram(["sync", source, href], {
				environment: {
					AWS_ACCESS_KEY_ID: ACCOUNT.accessKeyId,
					AWS_SECRET_ACCESS_KEY: ACCOUNT.secretAccessKey,
				},
			});
		}

		test.for([
			["s3:ListBucket", "open"],
			["s3:GetObject", "get"],
			["s3:PutObject", "put"],
		] as const)(
			"sync › without %s says what it cannot %s, and what to allow",
			async ([action, operation]) => {
				const result = await syncWithout(action);
				const told = describeResult(result);
				expect(result.exitCode, told).toBe(1);
				expect(result.stderr).toMatch(
					new RegExp(`^Error: Cannot ${operation} .*AccessDenied`),
				);
				expect(result.stderr).toContain(`(${action})`);
				expect(told).not.toContain(ACCOUNT.secretAccessKey);
			},
		);

		test("sync › without s3:AbortMultipartUpload tells of what it could not give up, and what to allow", async () => {
			const result = await syncWithout("s3:AbortMultipartUpload", (source) => {
				const hex = "ab".repeat(32);
				const blob = join(source, `docker/registry/v2/blobs/sha256/ab/${hex}`);
				mkdirSync(blob, { recursive: true });
				writeFileSync(join(blob, "data"), randomBytes(9 * 1024 * 1024));
			});
			const told = describeResult(result);
			expect(result.exitCode, told).toBe(3);
			expect(told).toMatch(
				/could not be given up: .*\(s3:AbortMultipartUpload\)/,
			);
		});

		test("sync › needs no permission to delete", async () => {
			const result = await syncWithout("s3:DeleteObject");
			expect(result.exitCode, describeResult(result)).toBe(0);
		});
	},
);
