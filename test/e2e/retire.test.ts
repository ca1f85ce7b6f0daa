import {
	existsSync,
	readFileSync,
	renameSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { blobKey, parseKey } from "../../src/layout/paths.ts";
import { openStore } from "../../src/store/open.ts";
import { hasTools, services } from "../support/services.ts";
import {
	type InstalledRegistry,
	installed,
	push,
	rollbackWords,
	run,
} from "./installed-registry.ts";
import { startProgram } from "./program.ts";
import { tagDigests } from "./registry-client.ts";
import { snapshotTree, treeKeys } from "./tree.ts";

/** All that a command may have changed in a directory. */
function seen(directory: string) {
	return [statSync(directory).mtimeMs, ...snapshotTree(directory)];
}

/** Acts while the target lacks a blob of an image, which nothing that is there gives away. */
async function withoutOneBlob(
	{ target: url, registry: { storage } }: InstalledRegistry,
	act: (key: string) => Promise<void>,
): Promise<void> {
	const layer = treeKeys(storage).find((key) => key.includes("/_layers/"));
	const parsed = parseKey(layer ?? "");
	if (parsed?.kind !== "layer") throw new Error("There is no image");
	const key = blobKey(parsed.digest);
	const { s3 } = services();
	await using target = await openStore(new URL(url), {
		environment: {
			AWS_ACCESS_KEY_ID: s3.accessKeyId,
			AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
		},
		isWritten: true,
	});
	await using reader = await target.get(key);
	const content = await reader.bytes(1024 * 1024);
	await target.delete([key]);
	await act(key);
	await target.put(key, content);
}

test.skipIf(!hasTools("registry-3", "minio"))(
	"an old source is deleted when nobody needs it any more, also when that is killed half-way",
	async () => {
		const installation = await installed();
		const { folder, registry, target, node, words } = installation;
		const { storage } = registry;
		const state = join(folder, "state");
		const old = treeKeys(storage);
		const retire = ["retire", storage, target, ...node, "--yes"];
		const early = await run(4, ...retire);
		expect(early.stderr).toContain("no cutover of this registry is noted");
		expect(existsSync(state)).toBe(false);
		await run(0, ...words);
		await push(registry, "team/app", "after");
		const before = await tagDigests(registry.server());
		const soon = await run(4, ...retire);
		expect(soon.stderr).toContain("14 days have to pass");
		const now = [...retire, "--after", "0s"];
		const here = ["--state-directory", state];
		// It has what was pushed since, and was not read.
		await run(3, "verify", storage, target, ...here);
		const unseen = await run(4, ...now);
		expect(unseen.stderr).toContain("no clean verification of the target");
		expect(unseen.stderr).toContain("--digests 5%");
		await run(0, "verify", target, "--digests", "100%", ...here);
		const name = treeKeys(state).find((key) => key.includes(".base-")) ?? "";
		const base = readFileSync(join(state, name));
		writeFileSync(join(state, name), "damaged".repeat(1000));
		for (const words of [now, rollbackWords(installation)]) {
			const { stderr } = await run(4, ...words);
			expect(stderr).toMatch(/cannot be read(:| in)/);
		}
		writeFileSync(join(state, name), base);
		await withoutOneBlob(installation, async (key) => {
			const { stderr } = await run(4, ...now);
			expect(stderr).toContain(`needs ${key}, which only the source has`);
		});
		const noted = seen(state);
		for (const words of [now, rollbackWords(installation)]) {
			const { stdout } = await run(0, ...words, "--dry-run");
			expect(stdout).toMatch(/Would (delete|copy)/);
			expect(seen(state)).toEqual(noted);
		}
		expect(treeKeys(storage)).toEqual(old);
		// The fence is not lifted for what is refused, or only tried (I3).
		expect(statSync(join(storage, "docker")).mode & 0o222).toBe(0);
		// What is beside the registry is somebody else's.
		writeFileSync(join(storage, "beside"), "");
		const first = await startProgram([...now, "--max-deletes-per-second=2"]);
		// Current links go first: then it is in the middle.
		const link = "team/app/_manifests/tags/v1/current/link";
		const path = join(storage, "docker/registry/v2/repositories", link);
		while (existsSync(path))
			await new Promise((resolve) => setTimeout(resolve, 20));
		first.child.kill("SIGKILL");
		await first.ended;
		expect(treeKeys(storage).length).toBeGreaterThan(1);
		const back = await run(4, ...rollbackWords({ words }));
		expect(back.stderr).toContain("its old source was retired");
		await run(0, ...now);
		expect(treeKeys(storage)).toEqual(["beside"]);
		expect(existsSync(join(storage, "docker/registry"))).toBe(false);
		renameSync(storage, `${storage}-away`);
		expect(await tagDigests(registry.server())).toEqual(before);
	},
);
