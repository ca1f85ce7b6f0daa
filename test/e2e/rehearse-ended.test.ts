import { ListMultipartUploadsCommand } from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { FaultyServer } from "../support/faulty-server.ts";
import {
	describeResult,
	finished,
	type RunningProgram,
} from "../support/program.ts";
import {
	hasTools,
	newBucket,
	s3Client,
	services,
} from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { minioClient, s3Contents } from "./independent-readers.ts";
import { runProgram, startProgram } from "./program.ts";
import { type RehearsedRegistry, registryInUse } from "./rehearsed-registry.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const { s3 } = services();

let folder: string;
let bucket: string;
beforeEach(async () => {
	folder = await temporaryFolder();
	bucket = await newBucket();
});

async function keys(): Promise<readonly string[]> {
	return [...(await s3Contents(minioClient(s3), bucket, "")).keys()];
}

/** Uploads in parts that were begun and not ended. */
async function unfinishedUploads(): Promise<number> {
	const client = s3Client();
	try {
		const command = new ListMultipartUploadsCommand({ Bucket: bucket });
		const { Uploads = [] } = await client.send(command);
		return Uploads.length;
	} finally {
		client.destroy();
	}
}

describe.each(["3", "2"] as const)("a registry of version %s", (version) => {
	const real = test.skipIf(!s3.verifies || !hasTools(`registry-${version}`));

	/** Begins a rehearsal, and waits until the registry has sent the first part of a layer, which nobody answers. */
	async function inMidPush(front: FaultyServer): Promise<{
		program: RunningProgram;
		again: readonly string[];
		registry: RehearsedRegistry;
	}> {
		const registry = await registryInUse(folder, version);
		const { source, flags } = registry;
		front.follow(({ query }) =>
			query.has("partNumber") ? "stall" : undefined,
		);
		const again = ["rehearse", source, storeUrl(bucket).href, ...flags];
		const program = await startProgram([
			...again,
			...["--registry-endpoint", front.origin],
		]);
		await vi.waitFor(
			() =>
				expect(
					front.requests.some(({ query }) => query.has("partNumber")),
				).toBe(true),
			{ timeout: 30_000 },
		);
		expect(registry.served()).toHaveLength(1);
		expect(registry.files()).toHaveLength(1);
		return { program, again, registry };
	}

	real("is ended and cleaned up after when Ctrl-C interrupts", async () => {
		await using front = await FaultyServer.start(s3.endpoint);
		const { program, registry } = await inMidPush(front);
		program.child.kill("SIGINT");
		const result = await finished(program);
		expect(result.exitCode, describeResult(result)).toBe(130);
		expect(registry.served()).toEqual([]);
		expect(registry.files()).toEqual([]);
		expect(await keys()).toEqual([]);
		expect(await unfinishedUploads()).toBe(0);
	});

	real(
		"is ended when regmigrate is killed, and the next tells what is left",
		async () => {
			await using front = await FaultyServer.start(s3.endpoint);
			const { program, again, registry } = await inMidPush(front);
			program.child.kill("SIGKILL");
			await vi.waitFor(
				() => {
					expect(registry.served()).toEqual([]);
					expect(registry.files()).toEqual([]);
				},
				{ timeout: 10_000 },
			);
			// That of the registry, too: what Ctrl-C leaves none of is seen.
			expect(await unfinishedUploads()).toBe(1);
			const left = await keys();
			const [name] = /^regmigrate-rehearsal-\w+/.exec(left[0] ?? "") ?? [];
			expect(name).toBeDefined();
			const dryRun = await runProgram([...again, "--dry-run"]);
			expect(dryRun.exitCode, describeResult(dryRun)).toBe(0);
			const text = dryRun.stdout.replaceAll(/\s+/g, " ");
			expect(text).toContain(`have left objects in s3://${bucket}: ${name}.`);
			expect(text).toMatch(
				/Would start \S+ for registry-1 on a loopback port, read-only and then writable/,
			);
			expect(await keys()).toEqual(left);
		},
	);
});
