import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import {
	type HelmOptions,
	helmNode,
} from "../../../src/registry/helm/helm-node.ts";
import { localHost } from "../../../src/registry/host/local-host.ts";
import type { Change } from "../../../src/registry/node.ts";
import {
	type Cluster,
	NAMESPACE,
	RELEASE,
	startCluster,
} from "../../support/helm/cluster.ts";
import { hasTools } from "../../support/services.ts";

describe.skipIf(!hasTools("helm", "registry-3"))(
	"a release of GitLab's chart",
	() => {
		let cluster: Cluster;
		let folder: string;

		beforeEach(async () => {
			folder = mkdtempSync(join(tmpdir(), "helm-node-"));
			cluster = await startCluster(folder);
			onTestFinished(async () => {
				await cluster.stop();
				rmSync(folder, { recursive: true, force: true });
			});
			cluster.putSecret("registry-storage", { config: storage("first") });
			await cluster.install(VALUES);
		});

		test("is read-only in real registries, then takes writes again, with its values and its manifest as they were", async () => {
			const node = open();
			const before = await standing();
			expect(await pushStatus()).toBe(202);
			const instances = (await node.instances()) ?? [];
			expect(instances).toHaveLength(2);

			const change = await node.change({ readOnly: true });
			expect(change.commands).toEqual([
				expect.stringMatching(
					/helm upgrade gitlab \S+ --version 9\.1\.0 --reset-values --values VALUES --namespace git$/,
				),
				expect.stringMatching(
					/kubectl rollout status deployment\/gitlab-registry --namespace git$/,
				),
			]);
			expect(await standing()).toEqual(before);
			await bring(change);
			expect(await pushStatus()).toBe(405);
			expect((await node.settings())?.readOnly).toBe(true);
			await cluster.pods.settle();
			expect(await node.remaining(instances)).toEqual([]);
			expect(await summary({ readOnly: true })).toEqual([0, 0]);

			const undo = await node.undo();
			expect(undo.commands[0]).toMatch(/helm rollback gitlab 1 /);
			await bring(undo);
			expect(await standing()).toEqual(before);
			expect(await pushStatus()).toBe(202);
			const undone = await node.undo();
			expect([undone.files, undone.commands]).toEqual([[], []]);
		});

		function open(options: HelmOptions = {}) {
			return helmNode(
				{
					name: RELEASE,
					url: cluster.pods.url,
					release: RELEASE,
					namespace: NAMESPACE,
					chart: cluster.chart,
					helm: cluster.helm,
					kubectl: cluster.kubectl,
				},
				localHost,
				options,
			);
		}

		async function standing() {
			return {
				values: await cluster.run(["get", "values", RELEASE]),
				manifest: await cluster.run(["get", "manifest", RELEASE]),
				secrets: cluster.api
					.list("secrets")
					.filter(({ type }) => type !== "helm.sh/release.v1")
					.map(({ metadata }) => metadata.name)
					.sort(),
			};
		}

		async function summary(
			settings: Parameters<ReturnType<typeof open>["change"]>[0],
		) {
			const { files, commands } = await open().change(settings);
			return [files.length, commands.length];
		}

		function storage(name: string): string {
			return `# of the test\nfilesystem:\n  rootdirectory: ${folder}/${name}\n`;
		}

		async function pushStatus(): Promise<number> {
			const { status } = await fetch(
				new URL("/v2/team/app/blobs/uploads/", cluster.pods.url),
				{ method: "POST", headers: { connection: "close" } },
			);
			return status;
		}
	},
);

async function bring(change: Change): Promise<void> {
	await change.write();
	await change.activate();
}

/** A value that is taken away, and texts that look like numbers. */
const VALUES = `
global:
  edition: null
  buildNumber: "0123"
registry:
  storage:
    secret: registry-storage
`;
