import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { installLinuxPackage } from "../support/linux-package/linux-package.ts";
import { describeResult } from "../support/program.ts";
import { hasTools } from "../support/services.ts";
import { runProgram } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The package lies in fixed places: a test has them to itself in a namespace of mounts, where it may make one. */
const canMount =
	spawnSync("sh", ["-c", "unshare --mount mount -t tmpfs tmpfs /opt"])
		.status === 0;

test.skipIf(!canMount || !hasTools("ruby", "registry-2"))(
	"a registry of GitLab's Linux package is made read-only and back by the command, and refused what else is pending",
	async () => {
		const folder = await temporaryFolder();
		const root = join(folder, "gitlab");
		const gitlab = await installLinuxPackage(root, "registry-2");
		const original = `external_url 'https://gitlab.example.com'
registry_external_url 'https://registry.example.com'
registry['storage'] = {
  'filesystem' => { 'rootdirectory' => '${folder}/storage' },
  'redirect' => { 'disable' => true }
}`;
		gitlab.write(original);
		gitlab.run("reconfigure");
		onTestFinished(() => {
			gitlab.run("stop");
		});
		const description = join(folder, "regmigrate.yml");
		const via = [
			"sh",
			join(import.meta.dirname, "../support/linux-package/in-place.sh"),
			root,
		];
		writeFileSync(
			description,
			`kind: linux-package
configuration: ${gitlab.file}
gitlabCtl: ${gitlab.gitlabCtl}
via: ${JSON.stringify(via)}
url: ${gitlab.url.origin}
`,
		);
		const readonly = (...words: readonly string[]) =>
			runProgram([
				"readonly",
				...words,
				"--registry-file",
				description,
				"--state-directory",
				join(folder, "state"),
			]);

		const on = await readonly("on", "--yes");
		expect(on.exitCode, describeResult(on)).toBe(0);
		expect(on.stdout).toContain(`${gitlab.gitlabCtl} reconfigure`);
		expect(gitlab.read()).toContain("# BEGIN regmigrate");
		expect(await pushStatus(gitlab.url)).toBe(405);
		expect(
			readFileSync(gitlab.path("var/opt/gitlab/registry/config.yml"), "utf8"),
		).toContain('"redirect":{"disable":true}');

		const off = await readonly("off", "--yes");
		expect(off.exitCode, describeResult(off)).toBe(0);
		expect(gitlab.read()).toBe(original);
		expect(await pushStatus(gitlab.url)).toBe(202);

		gitlab.write(`${original}\nnginx['listen_port'] = 8080\n`);
		const refused = await readonly("on", "--yes");
		expect(refused.exitCode, describeResult(refused)).toBe(4);
		expect(refused.stderr).toContain("nginx.listen_port");
		expect(await pushStatus(gitlab.url)).toBe(202);

		const accepted = await readonly("on", "--yes", "--accept-pending");
		expect(accepted.exitCode, describeResult(accepted)).toBe(0);
		expect(accepted.stdout).toContain("nginx.listen_port");
		expect(await pushStatus(gitlab.url)).toBe(405);
	},
);

async function pushStatus(registry: URL): Promise<number> {
	const url = new URL("/v2/team/app/blobs/uploads/", registry);
	const response = await fetch(url, { method: "POST" });
	await response.arrayBuffer();
	return response.status;
}
