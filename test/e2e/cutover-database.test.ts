import { readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { hasTools } from "../support/services.ts";
import {
	keysAt,
	LOCKS,
	OF_DATABASE,
	withDatabase,
} from "./database-registry.ts";
import {
	expectAsBefore,
	expectOnTarget,
	push,
	restart,
	run,
} from "./installed-registry.ts";
import { startProgram } from "./program.ts";
import { tagDigests } from "./registry-client.ts";
import { treeKeys } from "./tree.ts";

const tools = hasTools("registry-3", "minio");
describe.skipIf(!tools)("a registry with a metadata database", () => {
	test("is cut over: nothing is removed meanwhile, and each storage is proven by a push", async () => {
		const found = await withDatabase();
		const { registry, folder, words } = found;
		const { stdout } = await run(0, ...words);
		const told = [
			"what is pushed through it lies in the source",
			"online garbage collection is off",
			"== catch up",
			"== canary",
			"serves what is only at the target",
			"== read-write",
			"what is pushed through it lies at the target, and not in the source",
			"online garbage collection is on again",
		];
		expect(
			told.map((text) => [text, stdout.indexOf(text)]).toSorted(byPlace),
		).toEqual(told.map((text) => [text, stdout.indexOf(text)]));
		expect(told.filter((text) => !stdout.includes(text))).toEqual([]);
		const configuration = readFileSync(registry.configFile, "utf8");
		expect(parse(configuration)).toMatchObject({
			database: { enabled: true, dbname: "registry" },
			gc: { maxbackoff: "24h", disabled: false },
		});
		expect(registry.restarts()).toBe(5);
		expect(await keysAt(found)).toContain(`pre/fix/${LOCKS}/database-in-use`);
		await expectOnTarget(found);
		expect(stdout).toContain("there is a way back");
		renameSync(registry.storage, join(folder, "away"));
		await push(registry, "team/app", "after");
		const tags = await tagDigests(registry.server());
		expect([...tags.keys()].toSorted()).toEqual([
			...["team/app:after", "team/app:on-target", "team/app:v1"],
			...["team/app:v2", "team/other:latest"],
		]);
	});

	test.each([
		[
			"no repository to push to",
			["--database-backup-made"],
			["database-in-use"],
			"only a push proves",
		],
		[
			"no backup",
			["--test-repository", "team/test"],
			["database-in-use"],
			"nobody has said that a backup",
		],
		[
			"both lock files",
			OF_DATABASE,
			["database-in-use", "filesystem-in-use"],
			"it is not clear where the metadata",
		],
		[
			"an import that has begun",
			OF_DATABASE,
			["filesystem-in-use"],
			"it is not clear where the metadata",
		],
	])(
		"and with %s is refused, and nothing is changed",
		async (_, flags, locks, reason) => {
			const found = await withDatabase(locks);
			const { registry, before, words } = found;
			const plain = words.slice(0, -OF_DATABASE.length);
			const { stderr } = await run(4, ...plain, ...flags);
			expect(stderr).toContain(reason);
			expect(readFileSync(registry.configFile)).toEqual(before);
			expect(registry.restarts()).toBe(0);
			expect(await keysAt(found)).toEqual([]);
		},
	);

	test("whose node stays on the file system is found out by what is missing at the target, and all is as it was", async () => {
		const found = await withDatabase();
		const { registry, before, words } = found;
		const readOnly = before
			.toString()
			.replace(
				"  delete:",
				"  maintenance: {readonly: {enabled: true}}\n  delete:",
			);
		registry.override = (now) => (now.includes("s3:") ? readOnly : now);
		const { stderr } = await run(5, ...words, "--timeout=2s");
		expect(stderr).toContain("which is not at the target for now");
		expect(stderr).toContain("the registry is on the source, and takes writes");
		// What was taken away is there again.
		const keys = await keysAt(found);
		for (const key of treeKeys(registry.storage))
			if (key.startsWith("docker/registry/v2/blobs/"))
				expect(keys).toContain(`pre/fix/${key}`);
		await expectAsBefore(found);
		registry.override = (now) => now;
		await run(0, ...words);
		await expectOnTarget(found);
	});

	test("whose restart command does nothing is not believed to have stopped removing garbage", async () => {
		const found = await withDatabase();
		const { registry, words } = found;
		registry.let("lies");
		const { stdout, stderr } = await run(
			5,
			...words,
			...["--timeout", "2s", "--drain-timeout", "1s"],
		);
		expect(stdout).not.toContain("== catch up");
		expect(stderr).toContain("it may still remove garbage");
		registry.let("restarts");
		await expectAsBefore(found);
	});

	test("whose pushes go elsewhere when it takes them again is told of loudly", async () => {
		const found = await withDatabase();
		const { registry, before, words } = found;
		registry.override = (now) =>
			now.includes("s3:") && /readonly:\s*\{?\s*enabled: false/.test(now)
				? before.toString()
				: now;
		const { stderr } = await run(6, ...words);
		expect(stderr).toContain(
			"what was just pushed through it lies in the source",
		);
		expect(stderr).toContain("Stop pushes at once");
		expect(stderr).toContain("past the point of no return");
		// Mended, it goes on.
		registry.override = (now) => now;
		await restart(registry);
		await run(0, ...words);
		await expectOnTarget(found);
	});

	test.each(["pause collection", "canary", "resume collection"])(
		"killed in the middle of %s, the same command goes on",
		async (step) => {
			const found = await withDatabase();
			const first = await startProgram(found.words);
			first.stdout.setEncoding("utf8");
			let text = "";
			for await (const chunk of first.stdout) {
				text += String(chunk);
				if (text.includes(`== ${step}:`)) break;
			}
			expect(text).toContain(`== ${step}:`);
			// Far enough for it to have begun something.
			await sleep(30);
			first.child.kill("SIGKILL");
			await first.ended;
			await run(0, ...found.words);
			await expectOnTarget(found);
			const configuration = readFileSync(found.registry.configFile, "utf8");
			expect(parse(configuration)).toMatchObject({
				database: { enabled: true },
				gc: { disabled: false },
			});
		},
	);
});

function byPlace(
	[, one]: readonly (string | number)[],
	[, other]: readonly (string | number)[],
): number {
	return Number(one) - Number(other);
}
