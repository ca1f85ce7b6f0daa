import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { requireTool } from "../../scripts/services/find-tool.ts";
import { onFreePort } from "../../scripts/services/free-port.ts";
import { s3Environment } from "../../scripts/services/s3.ts";
import { skopeo } from "../../scripts/services/skopeo.ts";
import { distributionNode } from "../../src/registry/distribution/distribution-node.ts";
import { helmNode } from "../../src/registry/helm/helm-node.ts";
import { localHost } from "../../src/registry/host/local-host.ts";
import { linuxPackageNode } from "../../src/registry/linux-package/linux-package-node.ts";
import type { RegistryNode } from "../../src/registry/node.ts";
import { driverSettings } from "../../src/registry/target/driver-settings.ts";
import { parseProduct } from "../../src/registry/target/product.ts";
import { NAMESPACE, RELEASE, startCluster } from "../support/helm/cluster.ts";
import { installLinuxPackage } from "../support/linux-package/linux-package.ts";
import { describeResult } from "../support/program.ts";
import { hasTools, newBucket, services } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { writeOciLayout } from "./oci-layout.ts";
import { runProgram } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/**
 * Proves that a node that runs on a directory serves an image from a bucket once it has been changed to what the bucket
 * is rendered to, still read-only, when the directory is no longer there.
 */
async function expectSwitched(
	node: RegistryNode,
	product: string,
	folder: string,
	storage: string,
): Promise<void> {
	const layout = join(folder, "layout");
	writeOciLayout(layout, [{ tag: "small", layers: [600, 40_000] }]);
	const to = `docker://${node.url.host}/team/app:v1`;
	const insecure = "--dest-tls-verify=false";
	await skopeo(["copy", insecure, `oci:${layout}:small`, to]);
	const digest = await digestOf(node);

	const { s3 } = services();
	const url = storeUrl(await newBucket(), "/pre/fix", s3);
	const synced = await runProgram(["sync", storage, url.href]);
	expect(synced.exitCode, describeResult(synced)).toBe(0);
	const target = { url, environment: s3Environment(s3) };
	const options = { credentials: "keys" } as const;
	const change = await node.change({
		...{ readOnly: true, redirectDisabled: true },
		storage: driverSettings(target, parseProduct(product), options).storage,
	});
	await change.write();
	await change.activate();

	renameSync(storage, `${storage}-away`);
	await expect.poll(() => digestOf(node).catch(() => ""), WAIT).toBe(digest);
	const pulled = join(folder, "pulled");
	mkdirSync(pulled);
	await skopeo(["copy", "--src-tls-verify=false", to, `dir:${pulled}`]);
	const settings = await node.settings();
	expect(settings).toMatchObject({ readOnly: true, redirectDisabled: true });
	expect(settings?.storage.parameters).toMatchObject({
		bucket: url.hostname,
		rootdirectory: "/pre/fix",
	});
}

const WAIT = { timeout: 20_000, interval: 100 };

async function digestOf({ url }: RegistryNode): Promise<string | null> {
	const response = await fetch(new URL("/v2/team/app/manifests/v1", url), {
		headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
	});
	await response.arrayBuffer();
	return response.headers.get("docker-content-digest");
}

test.skipIf(!hasTools("skopeo", "ruby", "registry-2", "minio"))(
	"a node of GitLab's Linux package serves from the bucket that it is rendered to",
	async () => {
		const folder = await temporaryFolder();
		const gitlab = await installLinuxPackage(folder, "registry-2");
		onTestFinished(() => void gitlab.run("stop"));
		const storage = join(folder, "storage");
		gitlab.write(
			`external_url 'https://gitlab.example.com'\nregistry_external_url 'https://registry.example.com'\ngitlab_rails['registry_path'] = '${storage}'\n`,
		);
		gitlab.run("reconfigure");
		const node = linuxPackageNode(
			{
				name: "registry-1",
				url: gitlab.url,
				configuration: gitlab.file,
				gitlabCtl: gitlab.gitlabCtl,
			},
			localHost,
			{ paths: gitlab.paths },
		);
		await expectSwitched(node, "gitlab 17.9", folder, storage);
	},
);

test.skipIf(!hasTools("skopeo", "registry-2", "registry-3", "minio")).for([
	["registry-3", "distribution 3.1.2"],
	["registry-2", "distribution 2.8.2"],
] as const)(
	"a node of Distribution (%s) serves from the bucket that it is rendered to",
	async ([tool, product]) => {
		const folder = await temporaryFolder();
		const { path: program } = await requireTool(tool);
		const port = await onFreePort(async (free) => free);
		const [storage, configuration] = [
			join(folder, "storage"),
			join(folder, "config.yml"),
		];
		writeFileSync(
			configuration,
			`version: 0.1 # kept\nhttp: { addr: "127.0.0.1:${port}" }\nstorage:\n  filesystem:\n    rootdirectory: ${storage}\n`,
		);
		const service = serviceScript(folder, program, configuration);
		onTestFinished(() => void spawnSync(service, ["stop"]));
		spawnSync(service, ["restart"]);
		const node = distributionNode(
			{
				name: "registry-1",
				url: new URL(`http://127.0.0.1:${port}`),
				configuration,
				restart: `${service} restart`,
			},
			localHost,
		);
		await expect
			.poll(() => digestOf(node).catch(() => undefined), WAIT)
			.toBe(null);
		await expectSwitched(node, product, folder, storage);
	},
);

test.skipIf(!hasTools("skopeo", "helm", "registry-3", "minio"))(
	"a release of GitLab's chart serves from the bucket that it is rendered to",
	async () => {
		const folder = await temporaryFolder();
		const cluster = await startCluster(folder);
		onTestFinished(() => cluster.stop());
		const storage = join(folder, "storage");
		cluster.putSecret("registry-storage", {
			config: `filesystem:\n  rootdirectory: ${storage}\n`,
		});
		await cluster.install("registry: {storage: {secret: registry-storage}}\n");
		const { chart, helm, kubectl, pods } = cluster;
		const node = helmNode(
			{
				...{ name: RELEASE, url: pods.url, release: RELEASE },
				...{ namespace: NAMESPACE, chart, helm, kubectl },
			},
			localHost,
		);
		await expectSwitched(node, "distribution 3.1.2", folder, storage);
	},
);

/** What starts a registry anew, and ends it, as an init system does. */
function serviceScript(
	folder: string,
	program: string,
	configuration: string,
): string {
	const script = join(folder, "service");
	const pid = join(folder, "pid");
	writeFileSync(
		script,
		`#!/bin/sh
if [ -f ${pid} ]; then
	kill "$(cat ${pid})"
	while kill -0 "$(cat ${pid})" 2>/dev/null; do sleep 0.05; done
	rm ${pid}
fi
[ "$1" = stop ] && exit
OTEL_TRACES_EXPORTER=none nohup ${program} serve ${configuration} >>${folder}/log 2>&1 </dev/null &
echo $! >${pid}
`,
	);
	chmodSync(script, 0o755);
	return script;
}
