import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { writeSampleRegistry } from "../../scripts/sample-registry/sample-registry.ts";
import { Progress } from "../../src/cli/sync/progress.ts";
import { shownPass } from "../../src/cli/sync/shown-pass.ts";
import { openStore } from "../../src/store/open.ts";
import {
	type Fault,
	FaultyServer,
	type SeenRequest,
} from "../support/faulty-server.ts";
import { describeResult } from "../support/program.ts";
import { newBucket, services } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { ClosureChecker } from "./closure.ts";
import {
	directoryContents,
	minioClient,
	s3Contents,
} from "./independent-readers.ts";
import { runProgram } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { treeKeys } from "./tree.ts";

const { s3 } = services();
process.env.AWS_ACCESS_KEY_ID = s3.accessKeyId;
process.env.AWS_SECRET_ACCESS_KEY = s3.secretAccessKey;

// What waits a random time before it tries again does not wait.
beforeEach(() => vi.spyOn(Math, "random").mockReturnValue(0));
afterEach(() => vi.restoreAllMocks());

const isObject = ({ method, path }: SeenRequest) =>
	method === "PUT" && path.includes("/docker/");

function refusal(status: number, code: string, message: string): Fault {
	return {
		answers: {
			status,
			headers: { "content-type": "application/xml" },
			body: Buffer.from(
				`<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
			),
		},
	};
}

/** From the so-many-th put of an object on, this becomes of all of them. */
function fromThe(number: number, fault: Fault, what = isObject) {
	let puts = 0;
	return (request: SeenRequest) =>
		what(request) && ++puts >= number ? fault : undefined;
}

/** A registry, and a bucket behind a server that fails. */
class Migration {
	readonly storage: string;
	readonly bucket: string;
	readonly server: FaultyServer;
	readonly target: URL;

	private constructor(storage: string, bucket: string, server: FaultyServer) {
		this.storage = storage;
		this.bucket = bucket;
		this.server = server;
		this.target = storeUrl(bucket, "", { ...s3, endpoint: server.origin });
	}

	static async of(server: FaultyServer): Promise<Migration> {
		const storage = join(await temporaryFolder(), "storage");
		writeSampleRegistry(storage, {
			repositories: 2,
			tagsPerRepository: 3,
			layersPerTag: 2,
			sharedLayersPerTag: 1,
		});
		return new Migration(storage, await newBucket(), server);
	}

	/** A pass as the command makes it, and what it prints. */
	async pass() {
		const lines: string[] = [];
		await using source = await openStore(pathToFileURL(this.storage));
		await using target = await openStore(this.target, { isWritten: true });
		const stores = {
			source,
			target,
			sourceDatabase: undefined,
			live: undefined,
			async [Symbol.asyncDispose]() {},
		};
		const { result } = await shownPass(
			stores,
			{ indexPath: join(this.storage, "..", "index.sqlite") },
			{
				result: (line) => lines.push(line),
				trouble: (line) => lines.push(line),
				showProgress: (standing) => new Progress(standing),
				printsObjects: false,
			},
		);
		return { result, text: lines.join("\n") };
	}

	/** Every breach of I1 at the target. */
	async breaches(): Promise<readonly string[]> {
		await using target = await openStore(storeUrl(this.bucket));
		const names = new Set(treeKeys(this.storage));
		return (await new ClosureChecker(target).check(names)).breaches;
	}

	async contents() {
		return await s3Contents(minioClient(s3), this.bucket, "");
	}

	/** The server works again: a pass completes, and sends nothing that had arrived. */
	async expectMended(): Promise<void> {
		const before = await this.contents();
		this.server.follow();
		const { result, text } = await this.pass();
		expect(result.isComplete, text).toBe(true);
		for (const { path } of this.server.requests.filter(isObject)) {
			const key = path.split("/").slice(2).join("/");
			expect(before.has(key), `${key} was sent again`).toBe(false);
		}
		expect(await this.contents()).toEqual(
			await directoryContents(this.storage),
		);
	}
}

describe("sync › nothing is lost, it is said what to do, and the next pass completes (I1), when", () => {
	test.each([
		[
			"Ceph's quota is reached",
			refusal(403, "QuotaExceeded", ""),
			/QuotaExceeded[\s\S]*Raise the quota/,
		],
		[
			"MinIO's quota is reached",
			refusal(400, "XMinioAdminBucketQuotaExceeded", "Bucket quota exceeded"),
			/Bucket quota exceeded[\s\S]*Raise the quota/,
		],
		[
			"MinIO's disks are full",
			refusal(
				507,
				"XMinioStorageFull",
				"Storage backend has reached its minimum free drive threshold.",
			),
			/XMinioStorageFull[\s\S]*Make room/,
		],
		[
			"the key service takes no more for minutes",
			refusal(400, "KMS.ThrottlingException", "Rate exceeded"),
			/KMS\.ThrottlingException[\s\S]*Lower --concurrency/,
		],
		[
			"the server takes no more for minutes, because of the key service",
			refusal(
				503,
				"SlowDown",
				"Please reduce your request rate for operations involving AWS KMS.",
			),
			/involving AWS KMS[\s\S]*Lower --concurrency/,
		],
		["the network is gone", "cut before", /Failed: /],
	] as const)("%s", async (_what, fault, said) => {
		await using server = await FaultyServer.start(s3.endpoint);
		const migration = await Migration.of(server);
		const isGone = fault === "cut before";
		const what = isGone ? () => true : isObject;
		// The marker, the guards and some objects get through.
		server.follow(fromThe(40, fault, what));
		const { result, text } = await migration.pass();
		expect(result.isComplete, text).toBe(false);
		expect(result.failed, text).toBeGreaterThan(0);
		expect(text).toMatch(said);
		// Not a line for each.
		expect(text.split("\n").length).toBeLessThan(40);
		server.follow();
		expect(await migration.breaches()).toEqual([]);
		await migration.expectMended();
	});

	test("temporary credentials expire, which ends the program at once with exit code 3", async () => {
		await using server = await FaultyServer.start(s3.endpoint);
		const migration = await Migration.of(server);
		const expired = refusal(
			400,
			"ExpiredToken",
			"The provided token has expired.",
		);
		server.follow(fromThe(20, expired));
		const result = await runProgram([
			"sync",
			migration.storage,
			migration.target.href,
			"--no-progress",
			"--concurrency=4",
		]);
		expect(result.exitCode, describeResult(result)).toBe(3);
		expect(result.stdout).toMatch(/ExpiredToken[\s\S]*Get new temporary/);
		expect(result.stdout).toMatch(/Stopped early/);
		expect(server.requests.filter(isObject).length).toBeLessThan(20 + 4);
		server.follow();
		expect(await migration.breaches()).toEqual([]);
		await migration.expectMended();
	});
});

test("sync › is only slowed down by a key service that throttles now and then", async () => {
	await using server = await FaultyServer.start(s3.endpoint);
	const migration = await Migration.of(server);
	const tries = new Map<string, number>();
	const throttled = refusal(400, "KMS.ThrottlingException", "Rate exceeded");
	server.follow((request) => {
		if (!isObject(request)) return undefined;
		const times = (tries.get(request.path) ?? 0) + 1;
		tries.set(request.path, times);
		return times < 4 ? throttled : undefined;
	});
	const { result, text } = await migration.pass();
	expect(result, text).toMatchObject({ failed: 0, isComplete: true });
	expect(await migration.contents()).toEqual(
		await directoryContents(migration.storage),
	);
});
