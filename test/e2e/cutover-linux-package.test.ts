import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { localHost } from "../../src/registry/host/local-host.ts";
import { linuxPackageNode } from "../../src/registry/linux-package/linux-package-node.ts";
import type { Change, RegistryNode } from "../../src/registry/node.ts";
import { hasTools } from "../support/services.ts";
import {
	canMount,
	expectPushes,
	type InstalledLinuxPackage,
	installedLinuxPackage,
	pushStatus,
} from "./installed-linux-package.ts";
import { pushing, run } from "./installed-registry.ts";
import { startProgram } from "./program.ts";
import { tagDigests } from "./registry-client.ts";

const tools = canMount && hasTools("ruby", "registry-2", "minio");

describe.skipIf(!tools)(
	"cutover of a registry of GitLab's Linux package",
	() => {
		test("while a client pushes, moves it; days later it can be brought back from gitlab.rb that others have edited", async () => {
			const at = await installedLinuxPackage();
			const { gitlab, original, server, words } = at;
			const stop = pushing(at);
			// Its old source is written again here, which is fenced otherwise.
			const { stdout } = await run(0, ...words, "--no-fence");
			const { acknowledged, refused } = await stop();
			expect(stdout).toContain("The registry is on ");
			expect(acknowledged.length).toBeGreaterThan(0);
			expect(refused).toBeGreaterThan(0);
			await expectPushes(at, "on the target");
			const tags = await tagDigests(server());
			for (const name of ["team/app:v1", "team/app:v2", ...acknowledged])
				expect(tags.get(name), name).toMatch(/^sha256:/);
			const moved = gitlab.read();
			expect(moved).toContain("registry['database']['enabled'] = false");

			const node = nodeOf(at);
			await bring(await node.undo());
			expect(gitlab.read()).toBe(moved);
			const theirs = "gitlab_rails['time_zone'] = 'UTC'\n";
			gitlab.write(theirs + moved);
			gitlab.run("reconfigure");
			const [name = ""] = putAside(at);
			await bring(await node.change({ readOnly: true }));
			await bring(await node.restore(name, { readOnly: true }));
			expect(await pushStatus(gitlab.url)).toBe(405);
			const back = await node.restore(name, { readOnly: false });
			expect(back.notes.join()).toContain("changed by somebody else");
			await bring(back);
			expect(gitlab.read()).toBe(theirs + original);
			await expectPushes(at, "on the source");
		});

		test("is given up where the node does not serve from the target: gitlab.rb is as it was, byte for byte", async () => {
			const at = await installedLinuxPackage();
			const { gitlab, original, words } = at;
			gitlab.setFault("stays-on-disk");
			const { stderr, stdout } = await run(5, ...words);
			expect(stdout).toContain("== canary");
			expect(stderr).toContain("does not serve an image that is only at the");
			expect(gitlab.read()).toBe(original);
			expect(putAside(at)).toEqual([]);
			await expectPushes(at, "on the source");
		});

		test("gives a reconfigure no longer than commands may take; where none ends, all is as it was", async () => {
			const at = await installedLinuxPackage();
			const { gitlab, original, words } = at;
			gitlab.setFault("reconfigure-hangs");
			const { stderr } = await run(5, ...words, "--command-timeout=3s");
			expect(stderr).toContain("took longer than 3 s, and was ended");
			expect(gitlab.read()).toBe(original);
			await expectPushes(at, "on the source");
		});

		test.each([
			["switch", "registry['storage']['s3']"],
			["read-write", "{ 'enabled' => false }"],
		])(
			"killed in %s, with gitlab.rb written and not in force, goes on when it is run again",
			async (_, written) => {
				const at = await installedLinuxPackage();
				const { gitlab, words } = at;
				const stop = pushing(at);
				const first = await startProgram(words);
				first.stdout.resume();
				while (!gitlab.read().includes(written)) await sleep(2);
				first.child.kill("SIGKILL");
				await first.ended;
				await run(0, ...words);
				const { acknowledged } = await stop();
				await expectPushes(at, "on the target");
				const tags = await tagDigests(at.server());
				for (const name of ["team/app:v1", ...acknowledged])
					expect(tags.get(name), name).toMatch(/^sha256:/);
				expect(putAside(at)).toHaveLength(1);
			},
		);
	},
);

/** The names under which its configurations were accepted. */
function putAside({ gitlab }: InstalledLinuxPackage): readonly string[] {
	const folder = join(dirname(gitlab.file), ".regmigrate");
	if (!existsSync(folder)) return [];
	const prefix = "gitlab.rb.before-";
	return readdirSync(folder)
		.filter((name) => name.startsWith(prefix))
		.map((name) => name.slice(prefix.length));
}

function nodeOf({ gitlab }: InstalledLinuxPackage): RegistryNode {
	const { url, file, gitlabCtl, paths } = gitlab;
	return linuxPackageNode(
		{ name: "gitlab", url, configuration: file, gitlabCtl },
		localHost,
		{ paths },
	);
}

async function bring(change: Change): Promise<void> {
	await change.write();
	await change.activate();
}
