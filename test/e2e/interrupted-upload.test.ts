import { ListMultipartUploadsCommand } from "@aws-sdk/client-s3";
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

/** A part that is on its way, and the call by which an upload is given up. */
const PART = { method: "PUT", path: /partNumber=3/, number: 1 };
const GIVING_UP = { method: "DELETE", path: /uploadId=/, number: 1 };

/** The program in the midst of uploading a layer of several parts, of which the server has the third. */
async function inTheMidstOfAnUpload() {
	const storage = await temporaryFolder();
	writeSampleRegistry(storage, {
		repositories: 1,
		tagsPerRepository: 1,
		layersPerTag: 1,
		sharedLayersPerTag: 0,
		layerBytes: 3 * DEFAULT_PART_BYTES + 1,
		multiPlatformEvery: 0,
	});
	const bucket = await newBucket();
	const gate = await Gate.open(services().s3.endpoint);
	onTestFinished(() => gate[Symbol.asyncDispose]());
	const target = storeUrl(bucket);
	target.searchParams.set("endpoint", gate.endpoint);
	const held = gate.hold({ ...PART, isPassedOn: true });
	const program = await startProgram(["sync", storage, target.href]);
	program.stdout.resume();
	await Promise.race([held, program.ended]);
	const upload = { bucket, keys: treeKeys(storage) };
	expect(await pendingUploads(upload)).toHaveLength(1);
	return { storage, bucket, gate, program, upload };
}

/** The keys of all uploads that were begun and neither completed nor given up. */
async function pendingUploads(where: {
	readonly bucket: string;
	readonly keys: readonly string[];
}): Promise<readonly (string | undefined)[]> {
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
		return answers.flatMap(({ Uploads = [] }) => Uploads.map(({ Key }) => Key));
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
	"sync › leaves an incomplete upload when it is killed, which hinders no later run",
	async () => {
		const { storage, bucket, program, upload } = await inTheMidstOfAnUpload();
		program.child.kill("SIGKILL");
		await program.ended;
		expect(await pendingUploads(upload)).toHaveLength(1);
		for (const command of ["sync", "verify"]) {
			const url = storeUrl(bucket).href;
			const result = await runProgram([command, storage, url]);
			expect(result.exitCode, describeResult(result)).toBe(0);
		}
	},
);
