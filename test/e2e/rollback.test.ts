import { createHash } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hasTools } from "../support/services.ts";
import {
	addTag,
	expectOnTarget,
	installed,
	push,
	pushing,
	rollbackWords,
	run,
	stateOf,
} from "./installed-registry.ts";
import { tagDigests } from "./registry-client.ts";
import { deleteImage } from "./tag-edits.ts";
import { treeKeys } from "./tree.ts";

/** What every link of the old source holds. */
function linksOf(folder: string): ReadonlyMap<string, string> {
	const links = treeKeys(folder).filter((key) => key.endsWith("/link"));
	return new Map(
		links.map((key) => [key, readFileSync(join(folder, key), "utf8")]),
	);
}

/** Blobs whose bytes are not what their names say. */
function corruptBlobs(folder: string): readonly string[] {
	return treeKeys(folder).filter((key) => {
		const [, hex] = /blobs\/sha256\/..\/(\w+)\/data$/.exec(key) ?? [];
		if (hex === undefined) return false;
		const bytes = readFileSync(join(folder, key));
		return createHash("sha256").update(bytes).digest("hex") !== hex;
	});
}

describe.each(["3", "2"] as const)("a registry of version %s", (version) => {
	const tools = hasTools(`registry-${version}`, "minio");

	test.skipIf(!tools)(
		"is rolled back after its cutover while a client pushes: all that was acknowledged is served from the source again",
		async () => {
			const installation = await installed(version);
			const { folder, registry, words, before } = installation;
			await run(0, ...words);
			// By somebody who does not know: it leaves the way back as it is.
			const twice = await run(4, ...words);
			expect(twice.stderr).toContain("The registry was cut over already");
			await push(registry, "team/new", "v1");
			await push(registry, "team/app", "v3");
			const digests = await tagDigests(registry.server());
			await deleteImage(
				registry.server(),
				"team/app",
				digests.get("team/app:v2"),
			);
			const stop = pushing(registry);
			const told = join(folder, "told");
			const { stdout } = await run(
				0,
				...rollbackWords(installation),
				...["--at-window-open", `echo $REGMIGRATE_SOURCE >>${told}`],
				...["--at-window-closed", `echo $REGMIGRATE_OUTCOME >>${told}`],
			);
			const { acknowledged, refused } = await stop();
			expect(stdout).toContain("deleted: team/app:v2, which named sha256:");
			expect(stdout).toContain("serves what is only at the source");
			expect(stdout).toMatch(/A restart is taken for .*in an earlier cutover/);
			expect(stdout).toMatch(/Pushes were refused for .* were expected\./);
			expect(stdout).toMatch(/: pulls (failed for|were served)/);
			expect(readFileSync(told, "utf8")).toMatch(
				/^file:\/\/.*storage\/?\nsource\n$/,
			);
			expect(acknowledged.length).toBeGreaterThan(0);
			expect(refused).toBeGreaterThan(0);

			expect(readFileSync(registry.configFile)).toEqual(before);
			expect(await stateOf(registry)).toBe("writable");
			await push(registry, "team/app", "after");
			expect(treeKeys(registry.storage).join("\n")).toContain("tags/after/");
			const tags = await tagDigests(registry.server());
			for (const name of [...acknowledged, "team/app:after"])
				expect(tags.get(name), name).toMatch(/^sha256:/);
			for (const name of ["team/new:v1", "team/app:v3", "team/app:v1"])
				expect(tags.get(name), name).toBe(digests.get(name));
			expect(tags.has("team/app:v2")).toBe(false);
			expect(corruptBlobs(registry.storage)).toEqual([]);
			expect(treeKeys(registry.storage).join("\n")).not.toMatch(
				/regmigrate\/canary\/.*link|regmigrate\.json/,
			);
			const again = await run(4, ...rollbackWords(installation));
			expect(again.stderr).toContain("was rolled back already");
		},
	);
});

describe.skipIf(!hasTools("registry-3", "minio"))("a rollback", () => {
	test("is refused where somebody else has written to the old source, and nothing is changed", async () => {
		const installation = await installed();
		const { registry, words } = installation;
		// Nobody could write there otherwise.
		await run(0, ...words, "--no-fence");
		await push(registry, "team/app", "v3");
		addTag(registry, "team/app", "split", "v1");
		const before = linksOf(registry.storage);
		const { stderr } = await run(4, ...rollbackWords(installation));
		expect(stderr).toContain("has changed since the cutover");
		expect(stderr).toContain("team/app/_manifests/tags/split/current/link");
		expect(linksOf(registry.storage)).toEqual(before);
		await expectOnTarget(installation);
	});

	test("that is undone leaves an old source writable that was so", async () => {
		const installation = await installed();
		const { registry, words } = installation;
		await run(0, ...words, "--no-fence");
		const tree = join(registry.storage, "docker/registry/v2/repositories");
		const { mode } = statSync(tree);
		const tooShort = ["--max-window", "1s"];
		const { stdout, stderr } = await run(
			4,
			...rollbackWords(installation),
			...tooShort,
		);
		expect(stderr).toMatch(/rolled back: pushes are expected to be refused/);
		expect(stdout).not.toContain("== read-only:");
		expect(statSync(tree).mode).toBe(mode);
		await expectOnTarget(installation);
	});

	test("undoes only what is ours in a configuration that somebody else has changed since, and heals a corrupt blob", async () => {
		const installation = await installed();
		const { registry, words, before } = installation;
		const blob = treeKeys(registry.storage).find((key) =>
			key.endsWith("/data"),
		);
		const path = join(registry.storage, blob ?? "");
		const bytes = readFileSync(path);
		writeFileSync(path, Buffer.alloc(bytes.length, "x"));
		await run(0, ...words, "--accept-damage");
		// Pushed again, each layer with its manifest.
		for (const tag of ["v1", "v2"]) await push(registry, "team/app", tag);
		await push(registry, "team/other", "latest");
		const edited = `${readFileSync(registry.configFile, "utf8")}\n# by somebody else\n`;
		writeFileSync(registry.configFile, edited);
		const { stdout } = await run(0, ...rollbackWords(installation));
		expect(stdout).toContain("was changed by somebody else since");
		const now = readFileSync(registry.configFile, "utf8");
		expect(now).toContain("# by somebody else");
		expect(now).not.toContain("s3:");
		expect(now).toContain(before.toString().trim().split("\n")[0]);
		expect(corruptBlobs(registry.storage)).toEqual([]);
		expect(await stateOf(registry)).toBe("writable");
	});

	test("of a registry without a cutover, or of another one, is refused", async () => {
		const installation = await installed();
		const { stderr } = await run(4, ...rollbackWords(installation));
		expect(stderr).toContain("no cutover of it is known here");
	});

	test("that is only tried changes nothing, and says what it would do", async () => {
		const installation = await installed();
		const { registry, words } = installation;
		await run(0, ...words);
		const [links, configuration, restarts] = [
			linksOf(registry.storage),
			readFileSync(registry.configFile),
			registry.restarts(),
		];
		const dry = rollbackWords(installation).filter((word) => word !== "--yes");
		const { stdout } = await run(0, ...dry, "--dry-run");
		expect(stdout).toContain(`Would write ${registry.configFile}`);
		expect(linksOf(registry.storage)).toEqual(links);
		expect(readFileSync(registry.configFile)).toEqual(configuration);
		expect(registry.restarts()).toBe(restarts);
	});
});
