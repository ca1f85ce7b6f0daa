import { rmSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@redis/client";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeLayer } from "../../scripts/sample-registry/layer.ts";
import { startRedis } from "../../scripts/services/redis.ts";
import { formatDigest } from "../../src/layout/digest.ts";
import { hasTools, services } from "../support/services.ts";
import { Gate } from "./gate.ts";
import {
	addTag,
	expectAsBefore,
	expectOnTarget,
	installed,
	run,
} from "./installed-registry.ts";
import { startProgram } from "./program.ts";
import { pushBlob } from "./registry-client.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { Told } from "./told.ts";

/** A registry that remembers blobs in Redis, and a target behind a gate. */
async function remembering() {
	const redis = await startRedis({ directory: await temporaryFolder() });
	onTestFinished(redis.stop);
	const client = createClient({
		socket: { host: "127.0.0.1", port: redis.port },
	});
	await client.connect();
	onTestFinished(() => client.destroy());
	const gate = await Gate.open(services().s3.endpoint);
	onTestFinished(() => gate[Symbol.asyncDispose]());
	const at = await installed("3", {
		endpoint: gate.endpoint,
		lines: [`redis: {addrs: ["${redis.address}"]}`],
		storageLines: ["  cache: {blobdescriptor: redis}"],
	});
	return { redis, client, gate, at };
}

describe.skipIf(!hasTools("registry-3", "minio", "redis"))(
	"cutover › what a registry remembers of blobs in Redis",
	() => {
		test("is flushed when it is switched: it does not call a blob present that the target lacks", async () => {
			const { redis, at } = await remembering();
			const { registry } = at;
			const layer = makeLayer("content", Buffer.from("of no image"));
			await pushBlob(registry.server(), "team/app", layer);
			const digest = formatDigest(layer.digest);
			const hex = digest.replace("sha256:", "");
			const head = async () =>
				(
					await fetch(`${registry.url}/v2/team/app/blobs/${digest}`, {
						method: "HEAD",
					})
				).status;
			// As a garbage collection leaves it, which knows nothing of Redis.
			const root = join(registry.storage, "docker/registry/v2");
			for (const place of [
				`blobs/sha256/${hex.slice(0, 2)}/${hex}`,
				`repositories/team/app/_layers/sha256/${hex}`,
			])
				rmSync(join(root, place), { recursive: true });
			expect(await head()).toBe(200);
			const { stdout } = await run(0, ...at.words);
			expect(stdout).toMatch(
				new RegExp(`Redis at ${redis.address}: [1-9]\\d* keys deleted`),
			);
			expect(await head()).toBe(404);
			await expectOnTarget(at);
		});

		test("is flushed again on the way back: it does not remember what was only at the target", async () => {
			const { client, gate, at } = await remembering();
			const told = new Told(await startProgram(at.words));
			await told.said("== switch:");
			await gate.hold({
				...{ method: "POST", path: /\?delete/ },
				...{ number: 1, isPassedOn: false },
			});
			expect(told.text).toContain("serves what is only at the target");
			expect(await client.keys("*regmigrate/canary*")).not.toEqual([]);
			addTag(at.registry, "team/app", "past", "v1");
			gate.release();
			const { exitCode } = await told.program.ended;
			expect(exitCode, told.text).toBe(5);
			expect(await client.keys("*regmigrate/canary*")).toEqual([]);
			await expectAsBefore(at);
		});
	},
);
