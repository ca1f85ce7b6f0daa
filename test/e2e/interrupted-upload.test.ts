import { rmSync } from "node:fs";
import { join } from "node:path";
import {
	ListMultipartUploadsCommand,
	ListPartsCommand,
} from "@aws-sdk/client-s3";
import { expect, onTestFinished, test } from "vitest";
import { writeSampleRegistry } from "../../scripts/sample-registry/sample-registry.ts";
import { DEFAULT_PART_BYTES } from "../../src/store/s3/location.ts";
import { describeResult, type RunningProgram } from "../support/program.ts";
import { newBucket, s3Client, services } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { Gate } from "./gate.ts";
import { runProgram, startProgram } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { treeKeys } from "./tree.ts";

/** The call by which an upload is given up. */
const GIVING_UP = { method: "DELETE", path: /uploadId=/, number: 1 };

/** The program in the midst of uploading a layer of several parts, of which the server has the one of this number. */
async function inTheMidstOfAnUpload(parts = 4, part = 3) {
	const storage = await temporaryFolder();
	writeSampleRegistry(storage, {
		repositories: 1,
		tagsPerRepository: 1,
		layersPerTag: 1,
		sharedLayersPerTag: 0,
		layerBytes: (parts - 1) * DEFAULT_PART_BYTES + 1,
		multiPlatformEvery: 0,
	});
	const bucket = await newBucket();
	const gate = await Gate.open(services().s3.endpoint);
	onTestFinished(() => gate[Symbol.asyncDispose]());
	const target = storeUrl(bucket);
	target.searchParams.set("endpoint", gate.endpoint);
	const held = gate.hold({
		method: "PUT",
		path: new RegExp(`partNumber=${part}&`),
		number: 1,
		isPassedOn: true,
	});
	const environment = { XDG_STATE_HOME: await temporaryFolder() };
	const command = ["sync", storage, target.href];
	const program = await startProgram(command, { environment });
	program.stdout.resume();
	await Promise.race([held, program.ended]);
	const upload = { bucket, keys: treeKeys(storage) };
	expect(await pendingUploads(upload)).toHaveLength(1);
	/** Runs the command once more. */
	const again = async (more: readonly string[] = []) =>
		await runProgram([...command, ...more], { environment });
	return { storage, bucket, gate, program, upload, again };
}

type Midst = Awaited<ReturnType<typeof inTheMidstOfAnUpload>>;

/** Kills the program, and waits until the server has dealt with what was on its way. */
async function kill({ program, gate }: Midst): Promise<void> {
	program.child.kill("SIGKILL");
	await program.ended;
	await gate.quiet();
}

/** All uploads that were begun and neither completed nor given up. */
async function pendingUploads(where: Midst["upload"]) {
	const client = s3Client();
	try {
		// MinIO lists those of one key only.
		const answers = await Promise.all(
			where.keys.map((key) =>
				client.send(
					new ListMultipartUploadsCommand({
						Bucket: where.bucket,
						Prefix: key,
					}),
				),
			),
		);
		return answers.flatMap(({ Uploads = [] }) => Uploads);
	} finally {
		client.destroy();
	}
}

/** The numbers of the parts that the server has of the one upload. */
async function arrivedParts(where: Midst["upload"]) {
	const [upload] = await pendingUploads(where);
	const client = s3Client();
	try {
		const { Parts = [] } = await client.send(
			new ListPartsCommand({
				Bucket: where.bucket,
				Key: upload?.Key,
				UploadId: upload?.UploadId,
			}),
		);
		return Parts.map(({ PartNumber }) => Number(PartNumber));
	} finally {
		client.destroy();
	}
}

async function interrupt({ child, ended }: RunningProgram) {
	child.kill("SIGINT");
	return await ended;
}

const needsListing = test.skipIf(!services().s3.verifies);

needsListing(
	"sync › gives up the upload that it is in the midst of when it is interrupted, and ends with 130",
	async () => {
		const { program, upload } = await inTheMidstOfAnUpload();
		const { exitCode, stderr } = await interrupt(program);
		expect({ exitCode, stderr }).toEqual({
			exitCode: 130,
			stderr: expect.stringMatching(/^Stopped after .*\nInterrupted\.\n$/),
		});
		expect(await pendingUploads(upload)).toEqual([]);
	},
);

needsListing(
	"sync › ends at once with 130 when it is interrupted twice, though the server does not answer",
	async () => {
		const { gate, program } = await inTheMidstOfAnUpload();
		const held = gate.hold({ ...GIVING_UP, isPassedOn: false });
		program.child.kill("SIGINT");
		await held;
		expect(await interrupt(program)).toMatchObject({ exitCode: 130 });
	},
);

needsListing(
	"sync › leaves an incomplete upload when it is killed, which hinders no later run that does not know of it",
	async () => {
		const midst = await inTheMidstOfAnUpload();
		await kill(midst);
		expect(await pendingUploads(midst.upload)).toHaveLength(1);
		const url = storeUrl(midst.bucket).href;
		const both = [midst.storage, url];
		for (const command of [
			["sync", ...both, "--take-over"],
			["verify", ...both],
		]) {
			const result = await runProgram(command);
			expect(result.exitCode, describeResult(result)).toBe(0);
		}
	},
);

needsListing(
	"sync › goes on with an upload of 200 MB when it was killed in its midst, sends what is missing, and leaves none",
	async () => {
		const parts = 25;
		const midst = await inTheMidstOfAnUpload(parts, 18);
		await kill(midst);
		const arrived = await arrivedParts(midst.upload);
		// What was on its way beside the one that was held may have come, or not.
		expect(arrived.length).toBeGreaterThanOrEqual(18 - 4);
		midst.gate.requests.length = 0;
		const result = await midst.again();
		expect(result.exitCode, describeResult(result)).toBe(0);
		const sent = midst.gate.requests.flatMap((request) => {
			const number = /^PUT .*partNumber=(\d+)/.exec(request)?.[1];
			return number === undefined ? [] : [Number(number)];
		});
		const all = Array.from({ length: parts }, (_, index) => index + 1);
		const missing = all.filter((number) => !arrived.includes(number));
		// One of them twice: the server is tried with it.
		expect(sent.length).toBeLessThanOrEqual(missing.length + 1);
		expect([...new Set(sent)].toSorted((left, right) => left - right)).toEqual(
			missing,
		);
		expect(await pendingUploads(midst.upload)).toEqual([]);
		const url = storeUrl(midst.bucket).href;
		const verified = await runProgram(["verify", midst.storage, url]);
		expect(verified.exitCode, describeResult(verified)).toBe(0);
	},
);

needsListing(
	"sync › gives up the upload of a run that was killed when the source no longer has the blob",
	async () => {
		const midst = await inTheMidstOfAnUpload();
		await kill(midst);
		const [upload] = await pendingUploads(midst.upload);
		rmSync(join(midst.storage, upload?.Key ?? "", ".."), { recursive: true });
		const result = await midst.again();
		expect(result.exitCode, describeResult(result)).toBe(0);
		expect(await pendingUploads(midst.upload)).toEqual([]);
	},
);

needsListing(
	"sync › is refused while another process uploads to the same target",
	async () => {
		const midst = await inTheMidstOfAnUpload();
		const result = await midst.again();
		expect(result.exitCode, describeResult(result)).toBe(4);
		expect(result.stderr).toMatch(
			new RegExp(
				`^Error: Another pass to this target is under way: process ${midst.program.child.pid} on .*\n  Wait until`,
			),
		);
		await kill(midst);
	},
);

needsListing(
	"sync › says in one sentence that its state directory cannot be used, and writes nothing",
	async () => {
		const storage = await temporaryFolder();
		writeSampleRegistry(storage, { repositories: 1, tagsPerRepository: 1 });
		const bucket = await newBucket();
		const result = await runProgram([
			...["sync", storage, storeUrl(bucket).href],
			...["--state-directory", "/dev/null/state"],
		]);
		expect(result.exitCode, describeResult(result)).toBe(4);
		expect(result.stderr).toMatch(
			/^Error: Uploads cannot be noted in \/dev\/null\/state: .*\n {2}Make the directory writable, or/,
		);
	},
);
