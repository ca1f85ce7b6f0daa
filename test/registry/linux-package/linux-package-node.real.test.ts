import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { localHost } from "../../../src/registry/host/local-host.ts";
import {
	type LinuxPackageOptions,
	linuxPackageNode,
} from "../../../src/registry/linux-package/linux-package-node.ts";
import type { Change, RegistryNode } from "../../../src/registry/node.ts";
import type { Settings } from "../../../src/registry/settings.ts";
import {
	installLinuxPackage,
	type LinuxPackage,
} from "../../support/linux-package/linux-package.ts";
import { hasTools } from "../../support/services.ts";

const CONFIG = "var/opt/gitlab/registry/config.yml";
const NODES = "opt/gitlab/embedded/nodes/gitlab.example.com.json";

describe.skipIf(!hasTools("ruby", "registry-2"))(
	"a node of GitLab's Linux package",
	() => {
		let gitlab: LinuxPackage;
		let folder: string;

		beforeEach(async () => {
			folder = mkdtempSync(join(tmpdir(), "linux-package-"));
			gitlab = await installLinuxPackage(folder, "registry-2");
			gitlab.write(original());
			gitlab.run("reconfigure");
			onTestFinished(() => {
				gitlab.run("stop");
				rmSync(folder, { recursive: true, force: true });
			});
		});

		test("is read-only in a real registry, then takes writes again, with gitlab.rb byte for byte as it was", async () => {
			const node = open();
			expect(await pushStatus()).toBe(202);
			const [before] = (await node.instances()) ?? [];

			const change = await node.change({ readOnly: true });
			expect(change.commands).toEqual([`${gitlab.gitlabCtl} reconfigure`]);
			expect(change.files).toHaveLength(1);
			expect(gitlab.read()).toBe(original());
			await bring(change);
			expect(await pushStatus()).toBe(405);
			expect((await node.settings())?.readOnly).toBe(true);
			expect(await node.remaining(before ? [before] : [])).toEqual([]);
			expect(statSync(gitlab.file).mode & 0o777).toBe(0o600);
			expect(await summary(node, { readOnly: true })).toEqual([0, 0]);

			await bring(await node.undo());
			expect(gitlab.read()).toBe(original());
			expect(await pushStatus()).toBe(202);
			const undone = await node.undo();
			expect([undone.files, undone.commands]).toEqual([[], []]);
		});

		test("keeps what the last reconfigure left for other commands when it evaluates the configuration", async () => {
			const before = readFileSync(gitlab.path(NODES), "utf8");
			await open().change({ readOnly: true });
			expect(readFileSync(gitlab.path(NODES), "utf8")).toBe(before);
			gitlab.run("show-config");
			expect(readFileSync(gitlab.path(NODES), "utf8")).not.toBe(before);
		});

		test("finds what the last reconfigure left although an evaluation was ended in between", async () => {
			const nodes = dirname(gitlab.path(NODES));
			const before = readFileSync(gitlab.path(NODES), "utf8");
			renameSync(nodes, `${nodes}.regmigrate`);
			utimesSync(`${nodes}.regmigrate`, Date.now() / 1000, Date.now() / 1000);
			gitlab.run("show-config");
			const change = await open().change({ readOnly: true });
			expect(change.notes).toEqual([]);
			expect(readFileSync(gitlab.path(NODES), "utf8")).toBe(before);
		});

		test("is switched to another storage, read-only at first, and back, with an only other difference in what was asked for", async () => {
			const node = open();
			const target = {
				driver: "filesystem",
				parameters: { rootdirectory: `${folder}/target` },
			};
			await bring(await node.change({ readOnly: true }));
			await bring(await node.change({ storage: target, database: false }));
			expect(await node.settings()).toMatchObject({
				storage: target,
				readOnly: true,
				database: "off",
			});
			expect(await pushStatus()).toBe(405);
			await bring(await node.change({ readOnly: false }));
			expect(await pushStatus()).toBe(202);
			expect(existsSync(`${folder}/target/docker`)).toBe(true);
			expect(existsSync(`${folder}/storage/docker`)).toBe(false);
			await bring(await node.undo());
			expect(gitlab.read()).toBe(original());
			expect(await pushStatus()).toBe(202);
			expect(existsSync(`${folder}/storage/docker`)).toBe(true);
		});

		test("removes its lines also when somebody has removed the original that was kept", async () => {
			const node = open();
			await bring(await node.change({ readOnly: true }));
			rmSync(join(dirname(gitlab.file), ".regmigrate"), { recursive: true });
			await bring(await node.undo());
			expect(gitlab.read()).toBe(original());
			expect(await pushStatus()).toBe(202);
		});

		test("goes on where it was ended between writing and reconfigure", async () => {
			const node = open();
			await (await node.change({ readOnly: true })).write();
			const again = await node.change({ readOnly: true });
			expect([again.files.length, again.commands.length]).toEqual([0, 1]);
			await bring(again);
			expect(await pushStatus()).toBe(405);
		});

		test("refuses to bring into force what has nothing to do with it, and names it without values", async () => {
			gitlab.write(
				`${original()}nginx['ssl_password_file'] = 'test-secret-value'\n`,
			);
			await expect(open().change({ readOnly: true })).rejects.toMatchObject({
				code: "refused",
				message: expect.stringMatching(
					/nginx\.ssl_password_file\. Nothing was/,
				),
			});
			const accepted = await open({ acceptPending: true }).change({
				readOnly: true,
			});
			expect(accepted.notes.join()).toContain("nginx.ssl_password_file");
			expect(accepted.notes.join()).not.toContain("test-secret-value");
			await bring(accepted);
			expect(await pushStatus()).toBe(405);
		});

		test("refuses when the package was upgraded and not reconfigured", async () => {
			const version = gitlab.path(
				"opt/gitlab/embedded/service/gitlab-rails/VERSION",
			);
			mkdirSync(dirname(version), { recursive: true });
			writeFileSync(version, "18.2.0\n");
			gitlab.run("reconfigure");
			writeFileSync(version, "18.3.1\n");
			await expect(open().change({ readOnly: true })).rejects.toMatchObject({
				code: "refused",
				message: expect.stringContaining(
					"package on this machine was upgraded",
				),
			});
		});

		test("refuses a changed gitlab.rb where somebody's show-config has taken away what was in force", async () => {
			gitlab.run("show-config");
			expect((await open().change({ readOnly: true })).notes).toEqual([]);
			gitlab.write(original(), Date.now() + 2000);
			await expect(open().change({ readOnly: true })).rejects.toMatchObject({
				code: "refused",
				message: expect.stringContaining("after the last reconfigure"),
			});
		});

		test("says so when reconfigure takes too long", async () => {
			const node = open({ reconfigureTimeoutMs: 300 });
			const change = await node.change({ readOnly: true });
			gitlab.setFault("reconfigure-hangs");
			await expect(bring(change)).rejects.toMatchObject({
				code: "timed-out",
				message: expect.stringMatching(
					/reconfigure .* took longer than 0\.3 s/,
				),
			});
		});

		test("refuses a storage that somebody else has prepared and not brought into force", async () => {
			gitlab.write(
				`${original()}registry['storage'] = { 'filesystem' => { 'rootdirectory' => '/srv/new' } }\n`,
			);
			await expect(open().change({ readOnly: true })).rejects.toMatchObject({
				code: "refused",
				message: expect.stringContaining("registry.storage.filesystem"),
			});
		});

		test("refuses what is not Ruby, or has a damaged block, before anything is changed", async () => {
			gitlab.write(`${original()}registry['storage'] = { 'broken' =>\n`);
			await expect(open().change({ readOnly: true })).rejects.toThrow(
				/not Ruby \(line \d+\)/,
			);
			gitlab.write(`${original()}# BEGIN regmigrate\n`);
			await expect(open().change({ readOnly: true })).rejects.toMatchObject({
				code: "refused",
				message: expect.stringContaining("damaged"),
			});
		});

		test("says so when reconfigure succeeds and does nothing", async () => {
			const change = await open().change({ readOnly: true });
			gitlab.setFault("reconfigure-does-nothing");
			await expect(bring(change)).rejects.toMatchObject({
				code: "failed",
				message: expect.stringMatching(/succeeded, but .*config\.yml/),
			});
			expect(await pushStatus()).toBe(202);
		});

		test("says so when the registry was not restarted", async () => {
			const change = await open().change({ readOnly: true });
			gitlab.setFault("no-restart");
			await expect(bring(change)).rejects.toMatchObject({
				code: "failed",
				message: expect.stringMatching(/process \d+\) runs since before that/),
			});
		});

		test("says so when reconfigure fails, and can be undone", async () => {
			const node = open();
			const change = await node.change({ readOnly: true });
			gitlab.setFault("reconfigure-fails");
			await expect(bring(change)).rejects.toThrow(/ended with exit code 1/);
			rmSync(gitlab.path("faults/reconfigure-fails"));
			await bring(await node.undo());
			expect(gitlab.read()).toBe(original());
			expect(await pushStatus()).toBe(202);
		});

		test("notices configuration management that reverts it, after the reconfigure and at the next change", async () => {
			const node = open();
			const change = await node.change({ readOnly: true });
			gitlab.revertTo(original());
			await expect(bring(change)).rejects.toMatchObject({
				code: "changed",
				message: expect.stringContaining("something else writes it"),
			});
			const again = await node.change({ readOnly: true });
			expect(again.notes.join()).toContain("configuration management");
		});

		test("does not reconfigure when gitlab.rb was written by somebody else in between", async () => {
			const change = await open().change({ readOnly: true });
			await change.write();
			gitlab.write(original());
			await expect(change.activate()).rejects.toMatchObject({
				code: "changed",
			});
			expect(await pushStatus()).toBe(202);
		});

		test("does not reconfigure when what was written is not what GitLab makes of it", async () => {
			const text = `${original()}return if node['fqdn'] == 'gitlab.example.com'\n`;
			gitlab.write(text);
			gitlab.run("reconfigure");
			const node = open();
			await expect(
				bring(await node.change({ readOnly: true })),
			).rejects.toMatchObject({
				code: "failed",
				message: expect.stringContaining("was not brought into force"),
			});
			expect(await pushStatus()).toBe(202);
			await bring(await node.undo());
			expect(gitlab.read()).toBe(text);
		});

		test("is undone also when GitLab cannot evaluate what was written", async () => {
			const text = `${original()}registry['storage'] = { 'filesystem' => { 'rootdirectory' => '${folder}/storage' },
  'cache' => { 'blobdescriptor' => 'inmemory' }, 'delete' => { 'enabled' => true } }
registry['storage'].freeze\n`;
			gitlab.write(text);
			gitlab.run("reconfigure");
			const node = open();
			await expect(
				bring(await node.change({ readOnly: true })),
			).rejects.toMatchObject({
				code: "failed",
				message: expect.stringContaining("show-config ended with exit code"),
			});
			await bring(await node.undo());
			expect(gitlab.read()).toBe(text);
			expect(await pushStatus()).toBe(202);
		});

		test("removes its own lines alone where somebody else has changed the file since", async () => {
			const node = open();
			await bring(await node.change({ readOnly: true }));
			const others = "gitlab_rails['time_zone'] = 'UTC'\n";
			gitlab.write(others + gitlab.read());
			gitlab.run("reconfigure");
			const undo = await node.undo();
			expect(undo.notes.join()).toContain("somebody else");
			await bring(undo);
			expect(gitlab.read()).toBe(others + original());
			expect(await pushStatus()).toBe(202);
		});

		test("finds its configuration where registry['dir'] has moved it, and variables that override it", async () => {
			gitlab.write(
				`${original()}registry['dir'] = '/srv/registry'\nregistry['env'] = { 'REGISTRY_LOG_LEVEL' => 'debug' }\n`,
			);
			gitlab.run("reconfigure");
			rmSync(gitlab.path(CONFIG));
			gitlab.run("restart");
			const node = open();
			expect(await node.settings()).toMatchObject({
				overrides: ["REGISTRY_LOG_LEVEL"],
				database: "prefer",
				drainMs: 0,
				storage: { driver: "filesystem" },
			});
			const change = await node.change({ readOnly: true });
			expect(change.notes.join()).toContain("REGISTRY_LOG_LEVEL");
			await bring(change);
			expect(await pushStatus()).toBe(405);
		});

		function original(): string {
			return `external_url 'https://gitlab.example.com'
registry_external_url 'https://registry.example.com'
gitlab_rails['registry_path'] = '${folder}/storage'
`;
		}

		function open(options: LinuxPackageOptions = {}): RegistryNode {
			return linuxPackageNode(
				{
					name: "registry-1",
					url: gitlab.url,
					configuration: gitlab.file,
					gitlabCtl: gitlab.gitlabCtl,
				},
				localHost,
				{ paths: gitlab.paths, ...options },
			);
		}

		async function pushStatus(): Promise<number> {
			const url = new URL("/v2/team/app/blobs/uploads/", gitlab.url);
			const response = await fetch(url, { method: "POST" });
			await response.arrayBuffer();
			return response.status;
		}
	},
);

async function bring(change: Change): Promise<void> {
	await change.write();
	await change.activate();
}

/** How much there is left to do. */
async function summary(
	node: RegistryNode,
	settings: Settings,
): Promise<readonly number[]> {
	const { files, commands } = await node.change(settings);
	return [files.length, commands.length];
}
