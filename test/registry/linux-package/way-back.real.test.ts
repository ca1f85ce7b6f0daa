import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { localHost } from "../../../src/registry/host/local-host.ts";
import { linuxPackageNode } from "../../../src/registry/linux-package/linux-package-node.ts";
import type { Change, RegistryNode } from "../../../src/registry/node.ts";
import {
	installLinuxPackage,
	type LinuxPackage,
} from "../../support/linux-package/linux-package.ts";
import { hasTools } from "../../support/services.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe.skipIf(!hasTools("ruby", "registry-2"))(
	"a node of GitLab's Linux package that was moved to another storage, and accepted",
	() => {
		let gitlab: LinuxPackage;
		let folder: string;
		let original: string;
		let node: RegistryNode;

		beforeEach(async () => {
			folder = temporaryFolder();
			gitlab = await installLinuxPackage(folder, "registry-2");
			// Nothing names a driver: GitLab does.
			original = `external_url 'https://gitlab.example.com'
registry_external_url 'https://registry.example.com'
gitlab_rails['registry_path'] = '${folder}/storage'
`;
			gitlab.write(original);
			gitlab.run("reconfigure");
			onTestFinished(() => {
				gitlab.run("stop");
			});
			node = linuxPackageNode(
				{
					name: "registry-1",
					url: gitlab.url,
					configuration: gitlab.file,
					gitlabCtl: gitlab.gitlabCtl,
				},
				localHost,
				{ paths: gitlab.paths },
			);
			await bring(await node.change({ readOnly: true }));
			const parameters = { rootdirectory: `${folder}/target` };
			const storage = { driver: "filesystem", parameters };
			await bring(await node.change({ storage, database: false }));
			await node.accept("id");
			await bring(await node.change({ readOnly: false }));
			await node.accept("id");
		});

		test("stays there when what was done since is undone", async () => {
			const moved = gitlab.read();
			expect(left(await node.undo())).toEqual([0, 0]);
			await bring(await node.change({ readOnly: true }));
			expect(await pushStatus()).toBe(405);
			await bring(await node.undo());
			expect(gitlab.read()).toBe(moved);
			expect(await pushStatus()).toBe(202);
			expect(await storage()).toBe(`${folder}/target`);
		});

		test("stays there when what was done since is undone in a file that others have changed meanwhile", async () => {
			const moved = gitlab.read();
			await bring(await node.change({ readOnly: true }));
			gitlab.write(`# theirs\n${gitlab.read()}`);
			const undo = await node.undo();
			expect(undo.notes.join()).toContain("somebody else");
			await bring(undo);
			expect(gitlab.read()).toBe(`# theirs\n${moved}`);
			expect(await storage()).toBe(`${folder}/target`);
		});

		test("goes back byte for byte, by way of refusing writes", async () => {
			await bring(await node.change({ readOnly: true }));
			const first = await node.restore("id", { readOnly: true });
			expect(first.notes).toEqual([]);
			await bring(first);
			expect(await pushStatus()).toBe(405);
			expect(await node.settings()).toMatchObject({
				readOnly: true,
				database: "prefer",
				storage: { parameters: { rootdirectory: `${folder}/storage` } },
			});
			const second = await node.restore("id", { readOnly: false });
			expect(second.notes).toEqual([]);
			await bring(second);
			expect(gitlab.read()).toBe(original);
			expect(await pushStatus()).toBe(202);
			const kept = join(dirname(gitlab.file), ".regmigrate/gitlab.rb");
			expect(existsSync(kept)).toBe(false);
			expect(left(await node.restore("id", { readOnly: false }))).toEqual([
				0, 0,
			]);
			expect(left(await node.undo())).toEqual([0, 0]);
		});

		test("keeps its garbage, and its database, until both are as they were", async () => {
			await bring(await node.change({ readOnly: true }));
			for (const readOnly of [true, false]) {
				const options = { readOnly, isCollectionPaused: true };
				await bring(await node.restore("id", options));
				expect(await pushStatus()).toBe(readOnly ? 405 : 202);
				expect(await node.settings()).toMatchObject({
					...{ readOnly, database: "on", onlineGarbageCollection: false },
					storage: { parameters: { rootdirectory: `${folder}/storage` } },
				});
				expect(left(await node.restore("id", options))).toEqual([0, 0]);
			}
			await bring(await node.restore("id", { readOnly: false }));
			expect(gitlab.read()).toBe(original);
			expect(await node.settings()).toMatchObject({
				...{ database: "prefer", onlineGarbageCollection: true },
			});
		});

		test("goes on where the way back was ended between writing and reconfigure", async () => {
			await (await node.restore("id", { readOnly: true })).write();
			const again = await node.restore("id", { readOnly: true });
			expect(left(again)).toEqual([0, 1]);
			await bring(again);
			await (await node.restore("id", { readOnly: false })).write();
			expect(gitlab.read()).toBe(original);
			await bring(await node.restore("id", { readOnly: false }));
			expect(gitlab.read()).toBe(original);
			expect(await pushStatus()).toBe(202);
		});

		test("may be given up on its way, and is on the other storage again", async () => {
			const moved = gitlab.read();
			await bring(await node.change({ readOnly: true }));
			await bring(await node.restore("id", { readOnly: true }));
			await bring(await node.undo());
			expect(gitlab.read()).toBe(moved);
			expect(await storage()).toBe(`${folder}/target`);
		});

		test("is not brought back from where others have moved it since", async () => {
			const text = gitlab.read().replace("/target'", "/another'");
			gitlab.write(text);
			gitlab.run("reconfigure");
			const restore = node.restore("id", { readOnly: true });
			await expect(restore).rejects.toMatchObject({
				code: "changed",
				message: expect.stringContaining("the block of lines at the end"),
			});
			expect(gitlab.read()).toBe(text);
		});

		test("is not brought into force where others have set that storage as well", async () => {
			gitlab.write(
				`registry['storage'] = { 'filesystem' => { 'rootdirectory' => '${folder}/target' } }\n${gitlab.read()}`,
			);
			gitlab.run("reconfigure");
			const restore = await node.restore("id", { readOnly: true });
			await expect(bring(restore)).rejects.toMatchObject({
				code: "failed",
				message: expect.stringContaining("was not brought into force"),
			});
			expect(await pushStatus()).toBe(202);
			expect(await storage()).toBe(`${folder}/target`);
		});

		async function pushStatus(): Promise<number> {
			const url = new URL("/v2/team/app/blobs/uploads/", gitlab.url);
			const response = await fetch(url, { method: "POST" });
			await response.arrayBuffer();
			return response.status;
		}

		/** Where the registry that runs has its objects. */
		async function storage(): Promise<unknown> {
			return (await node.settings())?.storage.parameters.rootdirectory;
		}
	},
);

async function bring(change: Change): Promise<void> {
	await change.write();
	await change.activate();
}

/** How much there is left to do. */
function left({ files, commands }: Change): readonly number[] {
	return [files.length, commands.length];
}
