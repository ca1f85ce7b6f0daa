import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "minio";
import { expect, test } from "vitest";
import { pseudoRandomBytes } from "../../scripts/sample-registry/content.ts";
import { writeSampleRegistry } from "../../scripts/sample-registry/sample-registry.ts";
import { openStore } from "../../src/store/open.ts";
import { describeResult } from "../support/program.ts";
import { newBucket, services } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { ClosureChecker } from "./closure.ts";
import { Gate } from "./gate.ts";
import {
	directoryContents,
	minioClient,
	s3Contents,
} from "./independent-readers.ts";
import { runProgram, startProgram } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { treeKeys } from "./tree.ts";

process.env.AWS_ACCESS_KEY_ID = services().s3.accessKeyId;
process.env.AWS_SECRET_ACCESS_KEY = services().s3.secretAccessKey;

/** How often a pass is killed; see CONTRIBUTING.md. */
const ROUNDS = Number(process.env.REGMIGRATE_TORTURE_ROUNDS ?? 6);

/** A kill comes after at most so many requests: a few more than what a pass sends. */
const MOST_REQUESTS = 150;

/** More than what is sent in one request. */
const LARGE_BYTES = 20_000_000;

const ROOT = "docker/registry/v2";

/** Changes the source as people do between two passes: tags move on, a repository goes, a large layer comes. */
function change(storage: string, round: number): void {
	if (round % 3 === 2) {
		const [name = ""] = treeKeys(storage)
			.map((key) => /^(.*)\/_manifests\/tags\//.exec(key)?.[1])
			.filter((path) => path !== undefined);
		rmSync(join(storage, name), { recursive: true });
	}
	writeSampleRegistry(storage, {
		repositories: 3,
		tagsPerRepository: 2,
		layersPerTag: 2,
		sharedLayersPerTag: 1,
		seed: round,
	});
	if (round % 3 === 0) {
		const content = pseudoRandomBytes(`large-${round}`, LARGE_BYTES);
		const hex = createHash("sha256").update(content).digest("hex");
		put(storage, `blobs/sha256/${hex.slice(0, 2)}/${hex}/data`, content);
		const link = `repositories/large/_layers/sha256/${hex}/link`;
		put(storage, link, Buffer.from(`sha256:${hex}`));
	}
}

function put(storage: string, name: string, content: Buffer): void {
	const path = join(storage, ROOT, name);
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, content);
}

/** Starts a pass and kills it when so many requests have come; gives back the keys that it has put. */
async function killAfter(
	requests: number,
	gate: Gate,
	programArguments: readonly string[],
): Promise<readonly string[]> {
	const start = gate.requests.length;
	const program = await startProgram(programArguments);
	program.stdout.resume();
	let isOver = false;
	const ended = program.ended.then(({ exitCode, stderr }) => {
		isOver = true;
		// It may have come to its end before.
		expect([0, null], stderr).toContain(exitCode);
	});
	while (!isOver && gate.requests.length - start < requests) await sleep(1);
	program.child.kill("SIGKILL");
	await ended;
	await gate.quiet();
	return gate.requests.slice(start).flatMap((request) => {
		const key = /^PUT \/[^/]+\/(docker\/[^?]+)$/.exec(request)?.[1];
		return key === undefined ? [] : [key];
	});
}

/** The MD5 of each object that arrived, as a client of its own lists it: the server's ETags are MD5s. */
async function arrived(
	client: Client,
	bucket: string,
): Promise<ReadonlyMap<string, string>> {
	const objects = new Map<string, string>();
	const listing = client.listObjectsV2(bucket, "", true);
	for await (const { name, etag } of listing as AsyncIterable<{
		name: string;
		etag: string;
	}>)
		objects.set(name, etag);
	return objects;
}

test(`sync › killed ${ROUNDS} times at any instant, with deletes, while its source changes: closed each time (I1), nothing is sent twice, and all is there in the end`, async () => {
	const storage = await temporaryFolder();
	const bucket = await newBucket();
	const client = minioClient(services().s3);
	await using gate = await Gate.open(services().s3.endpoint);
	const gated = storeUrl(bucket);
	gated.searchParams.set("endpoint", gate.endpoint);
	await using target = await openStore(storeUrl(bucket));
	const checker = new ClosureChecker(target);
	const sync = ["sync", storage, gated.href, "--no-progress"];
	const deletes = ["--delete", "--yes", "--max-delete=1000000"];
	for (let round = 0; round < ROUNDS; round++) {
		change(storage, Math.floor(round / 2));
		const before = await arrived(client, bucket);
		const random = pseudoRandomBytes(`kill-loop/${round}`, 4);
		const requests = 1 + (random.readUInt32LE(0) % MOST_REQUESTS);
		const isDeleting = round % 2 === 1;
		const sent = await killAfter(requests, gate, [
			...sync,
			"--concurrency=8",
			...(isDeleting ? deletes : []),
		]);
		const about = `round ${round}, killed after ${requests} requests`;
		for (const key of sent) {
			const content = readFileSync(join(storage, key));
			const md5 = createHash("md5").update(content).digest("hex");
			expect(before.get(key), `${about}: ${key} was sent again`).not.toBe(md5);
		}
		const { breaches } = await checker.check(new Set(treeKeys(storage)));
		expect(breaches, about).toEqual([]);
	}
	let told = "";
	for (const expected of [/^Copied \d+ objects/m, /^Copied 0 objects/m]) {
		const result = await runProgram([...sync, ...deletes]);
		expect(result.exitCode, describeResult(result)).toBe(0);
		expect(result.stdout).toMatch(expected);
		told += result.stderr;
	}
	expect(await s3Contents(client, bucket, "")).toEqual(
		await directoryContents(storage),
	);
	// An upload that was begun, and whose id was lost with the process, could be anybody's: it is told of, and left.
	const left = client.listIncompleteUploads(bucket, "", true);
	for await (const { key } of left as AsyncIterable<{ key: string }>)
		expect(told).toContain(key);
});
