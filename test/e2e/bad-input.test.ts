import { once } from "node:events";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeSampleRegistry } from "../../scripts/sample-registry/sample-registry.ts";
import { openStore } from "../../src/store/open.ts";
import { newBucket, services } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { listing } from "./closure.ts";
import { oddServer } from "./odd-servers.ts";
import {
	describeResult,
	type ProgramOptions,
	runProgram,
	startProgram,
} from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { snapshotTree } from "./tree.ts";

const { s3 } = services();
process.env.AWS_ACCESS_KEY_ID = s3.accessKeyId;
process.env.AWS_SECRET_ACCESS_KEY = s3.secretAccessKey;

/** A secret that nothing may repeat, with the characters that real ones have. */
const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCY";

let source = "";
let bucket = "";
let untouched: () => Promise<void>;

beforeEach(async () => {
	source = await temporaryFolder();
	writeSampleRegistry(source, { repositories: 1, tagsPerRepository: 2 });
	bucket = await newBucket();
	await remember();
});

// Whatever was asked for, nothing of it may have changed anything.
afterEach(() => untouched());

/** Takes what source and target hold now for what they have to hold in the end. */
async function remember(): Promise<void> {
	const look = async () => {
		await using target = await openStore(storeUrl(bucket));
		return { source: snapshotTree(source), target: await listing(target) };
	};
	const before = await look();
	untouched = async () => expect(await look()).toEqual(before);
}

interface Refusal {
	readonly exitCode: number;
	/** What is wrong. */
	readonly problem: RegExp;
	/** What to do next. */
	readonly advice: RegExp;
}

/** Runs `sync`, which has to say what is wrong in one sentence, and what to do next below it, and no secret. */
async function expectRefusal(
	stores: readonly (string | URL)[],
	{ exitCode, problem, advice }: Refusal,
	options?: ProgramOptions,
): Promise<void> {
	const result = await runProgram(["sync", ...stores.map(String)], options);
	const told = describeResult(result);
	expect(result.exitCode, told).toBe(exitCode);
	expect(result.stdout).toBe("");
	expect(result.stderr).toMatch(/^Error: [^\n]+\n( {2}[^\n]+\n)+$/);
	const [sentence, ...rest] = result.stderr.split("\n");
	expect(sentence).toMatch(problem);
	expect(rest.join("\n")).toMatch(advice);
	for (const secret of [...SECRET.split("/"), s3.secretAccessKey])
		expect(told).not.toContain(secret);
}

/** The bucket's URL with an option changed. */
function target(option?: string, value = ""): URL {
	const url = storeUrl(bucket);
	if (option !== undefined) url.searchParams.set(option, value);
	return url;
}

test("sync › tells of a bucket that does not exist", async () => {
	const missing = storeUrl("no-such-bucket");
	await expectRefusal([source, missing], {
		exitCode: 1,
		problem: /s3:\/\/no-such-bucket: .*does not exist/,
		advice: /Check the bucket's name in the URL, or create the bucket first/,
	});
});

describe.skipIf(!s3.verifies)("a server that checks credentials", () => {
	test("sync › tells of an access key that nobody knows", async () => {
		const environment = { AWS_ACCESS_KEY_ID: "nobody" };
		await expectRefusal(
			[source, target()],
			{ exitCode: 1, problem: /Access Key/, advice: /AWS_ACCESS_KEY_ID/ },
			{ environment },
		);
	});

	test("sync › tells of a secret key that is wrong, and does not repeat it", async () => {
		const environment = { AWS_SECRET_ACCESS_KEY: SECRET };
		await expectRefusal(
			[source, target()],
			{ exitCode: 1, problem: /signature/, advice: /AWS_SECRET_ACCESS_KEY/ },
			{ environment },
		);
	});

	test("sync › tells the region that the bucket is in", async () => {
		await expectRefusal([source, target("region", "eu-central-1")], {
			exitCode: 1,
			problem: /the bucket is in region "us-east-1"/,
			advice: /Add region=us-east-1 to the URL/,
		});
	});
});

test("sync › tells that there are no credentials", async () => {
	const environment = {
		AWS_ACCESS_KEY_ID: undefined,
		AWS_SECRET_ACCESS_KEY: undefined,
	};
	await expectRefusal(
		[source, target()],
		{
			exitCode: 1,
			problem: /no credentials were found/,
			advice: /Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/,
		},
		{ environment },
	);
});

test.for([
	["in the URL", () => `s3://AKIA:${SECRET}@${bucket}`],
	["in the URL, encoded", () => `s3://AKIA:${encode(SECRET)}@${bucket}`],
	["in the endpoint", () => target("endpoint", `http://AKIA:${SECRET}@host`)],
	["in an option", () => target("secret-key", SECRET)],
] as const)(
	"sync › refuses credentials %s, and repeats nothing of them (I7)",
	async ([, url]) => {
		await expectRefusal([source, url()], {
			exitCode: 2,
			problem: /^Error: Cannot open s3:\/\//,
			advice: /./,
		});
	},
);

test("sync › refuses an option that it does not know", async () => {
	await expectRefusal([source, target("acl", "public-read")], {
		exitCode: 2,
		problem: /the option "acl" is not known/,
		advice: /Known options: region, endpoint/,
	});
});

const ENDPOINT_ADVICE = /Check the endpoint/;

test("sync › tells that nothing listens at the endpoint", async () => {
	const { server, endpoint } = await oddServer("silent");
	server.close();
	await once(server, "close");
	await expectRefusal([source, target("endpoint", endpoint)], {
		exitCode: 1,
		problem: /nothing listens there \(connection refused\)/,
		advice: ENDPOINT_ADVICE,
	});
});

test("sync › tells that http answers where https was expected", async () => {
	const endpoint = s3.endpoint.replace("http:", "https:");
	await expectRefusal([source, target("endpoint", endpoint)], {
		exitCode: 1,
		problem: /does not speak TLS \(is it http\?\)/,
		advice: ENDPOINT_ADVICE,
	});
});

test.for([
	["website", 2, /what answers there is not an S3 server/],
	["closing", 1, /the connection was (closed|reset)/],
] as const)(
	"sync › tells that a %s server is no S3 server",
	async ([kind, exitCode, problem]) => {
		const { endpoint } = await oddServer(kind);
		await expectRefusal([source, target("endpoint", endpoint)], {
			exitCode,
			problem,
			advice: ENDPOINT_ADVICE,
		});
	},
);

test("sync › can be interrupted while a server says nothing", async () => {
	const { server, endpoint } = await oddServer("silent");
	const url = target("endpoint", endpoint).href;
	const program = await startProgram(["sync", source, url]);
	await once(server, "connection");
	program.child.kill("SIGINT");
	expect(await program.ended).toEqual({
		exitCode: 130,
		stderr: "Interrupted.\n",
	});
});

describe("a target that holds something already", () => {
	const notTheRightWayRound = /are they the right way round/;

	/** Fills the bucket with this directory's content. */
	async function fill(directory: string): Promise<void> {
		const result = await runProgram(["sync", directory, target().href]);
		expect(result.exitCode, describeResult(result)).toBe(0);
		await remember();
	}

	test("sync › refuses a bucket of something else", async () => {
		await using store = await openStore(storeUrl(bucket));
		await store.put("backups/db.sql", Buffer.from("x"));
		await remember();
		await expectRefusal([source, target()], {
			exitCode: 4,
			problem: /is not empty and holds no registry: it has "backups\/"/,
			advice: /Name an empty bucket, or an empty prefix of this one/,
		});
	});

	test("sync › refuses a bucket of another registry, whichever way round", async () => {
		const other = await temporaryFolder();
		writeSampleRegistry(other, { repositories: 1, seed: 2 });
		const repositories = join(other, "docker/registry/v2/repositories");
		renameSync(join(repositories, "group-00"), join(repositories, "elsewhere"));
		await fill(other);
		for (const stores of [
			[source, target()],
			[target(), source],
		])
			await expectRefusal(stores, {
				exitCode: 4,
				problem: /holds another registry/,
				advice: notTheRightWayRound,
			});
	});

	test("sync › refuses an empty bucket as source, as when both were swapped", async () => {
		await expectRefusal([target(), source], {
			exitCode: 4,
			problem: /^Error: The source s3:\/\/\S+ holds no registry/,
			advice: /Name the registry's rootdirectory/,
		});
	});

	test("sync › writes nothing back from a bucket that it has filled (I3)", async () => {
		await fill(source);
		const swapped = [target().href, source];
		const { exitCode, stdout } = await runProgram(["sync", ...swapped]);
		expect(exitCode).toBe(0);
		expect(stdout).toMatch(/^Copied 0 objects/);
	});

	test("sync › knows a bucket again, however it is spelled", async () => {
		await fill(source);
		const { href } = target();
		for (const spelled of [
			href.replace("?", "/?"),
			href.replace("?", "//?"),
			href.replace(/&region=[^&]*/, ""),
			href.replace("s3:", "S3:"),
			target("path-style", "true"),
		])
			await expectRefusal([href, spelled], {
				exitCode: 4,
				problem: /Source and target are the same place/,
				advice: /Name another target/,
			});
	});
});

function encode(text: string): string {
	return encodeURIComponent(text);
}
