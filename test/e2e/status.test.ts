import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hasTools, services } from "../support/services.ts";
import { minioClient, s3Contents } from "./independent-readers.ts";
import { installed, run } from "./installed-registry.ts";
import { startProgram } from "./program.ts";

/** A secret in the configuration that the files of a cutover must not have (I7). */
const SECRET = "regmigrate-test";

/** Runs it until it says so, and hands it back. */
async function until(words: readonly string[], text: string) {
	const program = await startProgram(words);
	program.stdout.setEncoding("utf8");
	let said = "";
	for await (const chunk of program.stdout.iterator({
		destroyOnReturn: false,
	})) {
		said += String(chunk);
		if (said.includes(text)) break;
	}
	program.stdout.resume();
	return program;
}

describe.skipIf(!hasTools("registry-3", "minio"))("status", () => {
	test("tells of a cutover from another terminal, follows it to its end, and there is a report without secrets", async () => {
		const { folder, words, target, bucket } = await installed("3");
		const state = ["--state-directory", join(folder, "state")];
		const none = await run(0, "status", ...state);
		expect(none.stdout).toContain("No cutover is known in ");

		const cutover = await until(words, "== read-only:");
		const running = await run(0, "status", ...state);
		expect(running.stdout).toMatch(/ at it {5}process \d+ on /);
		expect(running.stdout).toMatch(/catch up +done/);
		const followed = await run(0, "status", "--follow", ...state);
		await cutover.ended;
		expect(followed.stdout).toMatch(/\d\d:\d\d:\d\d == preflight/);
		expect(followed.stdout).toMatch(/\d\d:\d\d:\d\d == confirm/);
		expect(followed.stdout).toContain("Pushes were refused for ");
		expect(followed.stdout).toContain("What there is to do now:");

		const report = (await run(0, "report", ...state)).stdout;
		expect(report).toContain("| read-write | done |");
		expect(report).toMatch(/^\+ +s3:$/m);
		expect(report).toContain("AbortIncompleteMultipartUpload");
		expect(report).toContain("--digests 5%");
		const kept = readdirSync(join(folder, "state")).filter((name) =>
			/events|report/.test(name),
		);
		expect(kept).toHaveLength(3);
		for (const name of kept) {
			const path = join(folder, "state", name);
			expect(statSync(path).mode & 0o777, name).toBe(0o600);
			expect(readFileSync(path, "utf8"), name).not.toContain(SECRET);
		}
		await run(0, "verify", target, "--digests", "100%");
		const s3 = minioClient(services().s3);
		const keys = [...(await s3Contents(s3, bucket, "")).keys()];
		const blob = keys.find((key) => key.endsWith("/data")) ?? "";
		await s3.putObject(bucket, blob, "other bytes");
		const damaged = await run(3, "verify", target, "--digests", "100%");
		expect(damaged.stdout).toContain("1 corrupt blob: ");
		expect(damaged.stdout).toContain(blob.slice(blob.indexOf("docker/")));
	});

	test("tells of one that was killed how it goes on, and follows what goes back to its end", async () => {
		const { folder, words } = await installed("3");
		const state = ["--state-directory", join(folder, "state")];
		const first = await until(words, "== switch:");
		first.child.kill("SIGKILL");
		await first.ended;
		const stopped = await run(3, "status", "--follow", ...state);
		expect(stopped.stdout).toContain("STOPPED, and nobody is at it");
		expect(stopped.stdout).toMatch(/To go on:\n {2}regmigrate cutover /);
		const json = await run(0, "status", "--json", ...state);
		expect(JSON.parse(json.stdout)).toMatchObject({
			registries: [
				{ course: "cutover", isRunning: false, direction: "forward" },
			],
		});

		// It goes on, and the time is over.
		await run(5, ...words, "--max-window", "1s");
		const ended = await run(5, "status", "--follow", "--json", ...state);
		const lines = ended.stdout.trim().split("\n");
		expect(lines.map((line) => JSON.parse(line).type)).toContain(
			"turning-back",
		);
		const report = await run(0, "report", ...state);
		expect(report.stdout).toMatch(/^# Cutover [0-9a-f]+: rolled back$/m);
	});
});
