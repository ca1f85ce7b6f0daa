import { renameSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeSampleRegistry } from "../../scripts/sample-registry/sample-registry.ts";
import { openStore } from "../../src/store/open.ts";
import { describeResult } from "../support/program.ts";
import { services } from "../support/services.ts";
import { runProgram } from "./program.ts";
import { expectRefusal, UntouchedStores } from "./refusal.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const { s3 } = services();
process.env.AWS_ACCESS_KEY_ID = s3.accessKeyId;
process.env.AWS_SECRET_ACCESS_KEY = s3.secretAccessKey;

let stores: UntouchedStores;
beforeEach(async () => {
	stores = await UntouchedStores.make();
});
afterEach(() => stores.check());

/** Fills the bucket with this directory's content. */
async function fill(directory: string): Promise<void> {
	const result = await runProgram(["sync", directory, stores.target().href]);
	expect(result.exitCode, describeResult(result)).toBe(0);
	await stores.remember();
}

test("sync › refuses a bucket of something else", async () => {
	await using store = await openStore(stores.target());
	await store.put("backups/db.sql", Buffer.from("x"));
	await stores.remember();
	await expectRefusal([stores.source, stores.target()], {
		exitCode: 4,
		problem: /is not empty and holds no registry: it has "backups\/"/,
		advice: /Name an empty bucket, or an empty prefix of this one/,
	});
});

test("sync › refuses a bucket of another registry, the right way round and the wrong one", async () => {
	const other = await temporaryFolder();
	writeSampleRegistry(other, { repositories: 1, seed: 2 });
	const repositories = join(other, "docker/registry/v2/repositories");
	renameSync(join(repositories, "group-00"), join(repositories, "elsewhere"));
	await fill(other);
	await expectRefusal([stores.source, stores.target()], {
		exitCode: 4,
		problem: /is filled from another source, file:/,
		advice: /are they the right ones/,
	});
	await expectRefusal([stores.target(), stores.source], {
		exitCode: 4,
		problem: /holds a registry that regmigrate has not put there/,
		advice: /are they the right way round/,
	});
});

test("sync › refuses an empty bucket as source, as when both were swapped", async () => {
	await expectRefusal([stores.target(), stores.source], {
		exitCode: 4,
		problem: /^Error: The source s3:\/\/\S+ holds no registry/,
		advice: /Name the registry's rootdirectory/,
	});
});

test("sync › refuses to write back from a bucket that it has filled (I3)", async () => {
	await fill(stores.source);
	await expectRefusal([stores.target(), stores.source], {
		exitCode: 4,
		problem: /holds a registry that regmigrate has not put there/,
		advice: /are they the right way round/,
	});
});

test("sync › knows a bucket again, however it is spelled", async () => {
	await fill(stores.source);
	const { href } = stores.target();
	for (const spelled of [
		href.replace("?", "/?"),
		href.replace("?", "//?"),
		href.replace(/&region=[^&]*/, ""),
		href.replace("s3:", "S3:"),
		stores.target("path-style", "true"),
	])
		await expectRefusal([href, spelled], {
			exitCode: 4,
			problem: /Source and target are the same place/,
			advice: /Name another target/,
		});
});
