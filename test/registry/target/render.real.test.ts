import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { localHost } from "../../../src/registry/host/local-host.ts";
import { linuxPackageNode } from "../../../src/registry/linux-package/linux-package-node.ts";
import { renderAll } from "../../../src/registry/target/render.ts";
import { installLinuxPackage } from "../../support/linux-package/linux-package.ts";
import { hasTools } from "../../support/services.ts";

const SECRET = "hunter2secret";

test.skipIf(!hasTools("ruby", "registry-2"))(
	"what a node of GitLab's Linux package will be configured to is shown without secrets, and nothing is changed",
	async () => {
		const folder = mkdtempSync(join(tmpdir(), "rendered-"));
		const gitlab = await installLinuxPackage(folder, "registry-2");
		onTestFinished(() => {
			gitlab.run("stop");
			rmSync(folder, { recursive: true, force: true });
		});
		const original = `external_url 'https://gitlab.example.com'
gitlab_rails['smtp_password'] = '${SECRET}1'
registry_external_url 'https://registry.example.com'
registry['http_secret'] = "${SECRET}2"
gitlab_rails['registry_path'] = '${folder}/storage'
`;
		gitlab.write(original);
		gitlab.run("reconfigure");
		const description = {
			name: "registry-1",
			url: gitlab.url,
			configuration: gitlab.file,
			gitlabCtl: gitlab.gitlabCtl,
		};
		const node = linuxPackageNode(description, localHost, {
			paths: gitlab.paths,
		});
		const { nodes, product } = await renderAll(
			{
				description: { kind: "linux-package", nodes: [description] },
				nodes: [node],
				version: "gitlab 18.2",
			},
			{
				url: new URL("s3://reg/pre?endpoint=http://127.0.0.1:9000&region=x"),
				environment: {
					AWS_ACCESS_KEY_ID: `${SECRET}3`,
					AWS_SECRET_ACCESS_KEY: `${SECRET}4`,
				},
			},
			{ credentials: "keys" },
			{ readOnly: true, redirectDisabled: undefined },
		);
		expect(product).toBe("GitLab 18.2.0");
		const [{ diff = "", commands, blockers } = {}] = nodes;
		expect(diff).toContain(`--- ${gitlab.file}\n+++ ${gitlab.file}\n@@ `);
		expect(diff).toMatch(/^\+.*'bucket' => 'reg'/m);
		expect(diff).toMatch(/^\+.*'secretkey' => '\*\*\*'/m);
		expect(diff).not.toContain(SECRET);
		expect(commands).toEqual([`${gitlab.gitlabCtl} reconfigure`]);
		expect(blockers?.map(({ code }) => code)).toEqual(["redirect"]);
		expect(gitlab.read()).toBe(original);
	},
);
