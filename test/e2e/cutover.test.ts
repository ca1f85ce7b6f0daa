import { createHash } from "node:crypto";
import { readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hasTools, services } from "../support/services.ts";
import { minioClient, s3Contents } from "./independent-readers.ts";
import {
	installed,
	push,
	pushing,
	run,
	stateOf,
} from "./installed-registry.ts";
import { leaveBehind, supersede } from "./left-behind.ts";
import { tagDigests } from "./registry-client.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { treeKeys } from "./tree.ts";

/** What every file in a folder holds, and when it was changed; but for what the registry itself writes of what it does. */
function hashes(folder: string): ReadonlyMap<string, string> {
	const files = treeKeys(folder).filter((key) => !key.endsWith(".log"));
	return new Map(
		files.map((key) => {
			const path = join(folder, key);
			const hash = createHash("sha256").update(readFileSync(path));
			return [key, `${hash.digest("hex")} ${statSync(path).mtimeMs}`];
		}),
	);
}

describe.each(["3", "2"] as const)("a registry of version %s", (version) => {
	const tools = hasTools(`registry-${version}`, "minio");

	test.skipIf(!tools)(
		"is cut over while a client pushes: all that was acknowledged is served from the target",
		async () => {
			const { folder, registry, bucket, target, flags } =
				await installed(version);
			// What garbage collection leaves behind is in nobody's way.
			const copy = ["sync", registry.storage, await temporaryFolder()];
			const superseded = await supersede(registry, "team/app", "moved");
			await run(0, ...copy);
			await leaveBehind(registry, version, superseded);
			await run(0, ...copy, "--delete", "--yes");
			await run(0, "verify", ...copy.slice(1));
			const told = join(folder, "told");
			const stop = pushing(registry);
			const { stdout } = await run(
				0,
				...["cutover", registry.storage, target, ...flags, "--yes"],
				...["--test-repository", "team/test"],
				...["--at-window-open", `echo open >>${told}`],
				...["--at-window-closed", `echo $REGMIGRATE_OUTCOME >>${told}`],
			);
			const { acknowledged, refused } = await stop();
			expect(stdout).toContain("The registry is on ");
			expect(stdout).toContain("Pushes were refused for ");
			expect(stdout).toMatch(/: pulls (failed for|were served)/);
			expect(readFileSync(told, "utf8")).toBe("open\ntarget\n");
			expect(stdout).toContain("serves what is only at the target");
			expect(acknowledged.length).toBeGreaterThan(0);
			expect(refused).toBeGreaterThan(0);

			renameSync(registry.storage, join(folder, "away"));
			expect(await stateOf(registry)).toBe("writable");
			await push(registry, "team/app", "after");
			const tags = await tagDigests(registry.server());
			for (const name of [
				...["team/app:v1", "team/app:v2", "team/other:latest"],
				...["team/app:moved", "team/app:after", ...acknowledged],
			])
				expect(tags.get(name), name).toMatch(/^sha256:/);
			const keys = await s3Contents(minioClient(services().s3), bucket, "");
			expect([...keys.keys()].join("\n")).not.toMatch(
				/regmigrate\/canary|regmigrate\.json|rehearsal/,
			);
			// There is nothing by which the registry could be brought back by mistake.
			await run(4, "readonly", "off", ...flags.slice(0, 6), "--yes");
			await run(0, "readonly", "on", ...flags.slice(0, 6), "--yes");
			await run(0, "readonly", "off", ...flags.slice(0, 6), "--yes");
			expect(await tagDigests(registry.server())).toEqual(tags);
		},
	);
});

const tools = hasTools("registry-3", "minio");

describe.skipIf(!tools)("bad luck", () => {
	test("a node that stays on the file system is found out by the canary, and all is as it was", async () => {
		const { registry, target, flags } = await installed("3");
		const before = readFileSync(registry.configFile);
		// A process that is started anew, with the configuration that it had at first, but for read-only.
		const text = before.toString();
		registry.override = (now) =>
			now.includes("s3:")
				? text.replace(
						"  delete:",
						"  maintenance: {readonly: {enabled: true}}\n  delete:",
					)
				: now;
		const { stderr, stdout } = await run(
			5,
			...["cutover", registry.storage, target, ...flags, "--yes"],
			"--timeout=2s",
		);
		expect(stdout).toContain("== canary");
		expect(stderr).toContain("does not serve an image that is only at the");
		expect(stderr).toContain("the registry is on the source, and takes writes");
		expect(readFileSync(registry.configFile)).toEqual(before);
		expect(await stateOf(registry)).toBe("writable");
		await push(registry, "team/app", "after");
		const keys = treeKeys(registry.storage).join("\n");
		expect(keys).toContain("team/app/_manifests/tags/after/");
	});

	test("a window that becomes too long is given up in time", async () => {
		const { folder, registry, before, words } = await installed("3");
		// The first restart takes longer than anybody could have expected.
		const once = join(folder, "once");
		const slow = `[ -e ${once} ] || { touch ${once}; sleep 15; }; ${registry.restart}`;
		const { stderr } = await run(
			5,
			...words.map((word) => (word === registry.restart ? slow : word)),
			...["--max-window", "20s"],
		);
		expect(stderr).toContain("longer than the 20 s that are allowed for");
		expect(readFileSync(registry.configFile)).toEqual(before);
		expect(await stateOf(registry)).toBe("writable");
	});

	test("a dry run changes nothing", async () => {
		const { folder, registry, bucket, target, flags } = await installed("3");
		const before = hashes(folder);
		const { stdout } = await run(
			0,
			...["cutover", registry.storage, target, ...flags, "--dry-run"],
		);
		expect(stdout).toContain(`Would write ${registry.configFile}`);
		expect(stdout).toContain(`Would run ${registry.restart}`);
		expect(stdout).toMatch(/Would start .* on a loopback port/);
		expect(stdout).toContain("Pushes are expected to be refused for ");
		expect(stdout).toContain("Nothing was changed.");
		expect(hashes(folder)).toEqual(before);
		expect(registry.restarts()).toBe(0);
		const s3 = minioClient(services().s3);
		expect(await s3Contents(s3, bucket, "")).toEqual(new Map());
	});
});
