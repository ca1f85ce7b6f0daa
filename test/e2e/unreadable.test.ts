import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { writeSampleRegistry } from "../../scripts/sample-registry/sample-registry.ts";
import { findExecutable } from "../../scripts/services/find-executable.ts";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import { openStore } from "../../src/store/open.ts";
import { describeResult } from "../support/program.ts";
import { newBucket, services } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { ClosureChecker, listing } from "./closure.ts";
import { runProgram } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { treeKeys } from "./tree.ts";

process.env.AWS_ACCESS_KEY_ID = services().s3.accessKeyId;
process.env.AWS_SECRET_ACCESS_KEY = services().s3.secretAccessKey;

/** Takes from root what lets it read everything, so that permissions count for the program as for anybody. */
const LIKE_ANYBODY =
	process.getuid?.() === 0
		? ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"]
		: [];

const isPossible =
	LIKE_ANYBODY.length === 0 || (await findExecutable("setpriv")) !== undefined;

test.skipIf(!isPossible).for([
	["tags", /.*\/service-00-web\/_manifests\/tags(?=\/)/],
	["a repository", /.*\/service-00-web(?=\/)/],
	["blobs", /.*\/blobs\/sha256\/..(?=\/)/],
] as const)(
	"sync › goes on past %s that it may not read, tells of them, and leaves out what may need them (I1, I2)",
	async ([, place]) => {
		const storage = await temporaryFolder();
		writeSampleRegistry(storage, { repositories: 4, tagsPerRepository: 3 });
		const keys = treeKeys(storage);
		const closed = keys.map((key) => place.exec(key)?.[0]).find(Boolean) ?? "";
		const below = keys.filter((key) => key.startsWith(`${closed}/`));
		expect(below).not.toEqual([]);
		const bucket = await newBucket();
		const argv = ["sync", storage, storeUrl(bucket).href];
		chmodSync(join(storage, closed), 0o000);
		onTestFinished(() => chmodSync(join(storage, closed), 0o755));
		const result = await runProgram(argv, { wrapper: LIKE_ANYBODY });
		chmodSync(join(storage, closed), 0o755);

		expect(result.exitCode, describeResult(result)).toBe(3);
		expect(result.stderr).toContain(closed);
		expect(result.stdout).toContain("permission denied");
		expect(result.stdout).toContain("The target is not complete");
		await using target = await openStore(storeUrl(bucket));
		const copied = await listing(target);
		expect(below.filter((key) => copied.has(key))).toEqual([]);
		const checker = new ClosureChecker(target);
		const partly = await checker.check(new Set(keys));
		expect(partly.breaches).toEqual([]);

		const again = await runProgram(argv);
		expect(again.exitCode, describeResult(again)).toBe(0);
		const whole = [...(await listing(target)).keys()];
		expect(whole.filter((key) => key !== MARKER_KEY).sort()).toEqual(keys);
		expect(partly.tags).toBeLessThan(12);
	},
);
