import {
	appendFileSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { parse, stringify } from "yaml";
import type { HelmDescription } from "../../../src/registry/description.ts";
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
import { at, mapOf } from "../../support/helm/kubernetes-object.ts";
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

		test("moves to another storage by a Secret of ours, beside the old one, and back", async () => {
			const node = open();
			const before = await standing();
			await bring(await node.change({ readOnly: true }));
			const change = await node.change({
				storage: {
					driver: "filesystem",
					parameters: { rootdirectory: join(folder, "second") },
				},
				redirectDisabled: true,
			});
			expect(change.files.map(({ path }) => path)).toEqual([
				"values of gitlab",
				expect.stringMatching(
					/^Secret registry-storage-regmigrate-[0-9a-f]{8}$/,
				),
			]);
			expect(change.files[1]?.after).toBe(storage("second"));
			await bring(change);
			await cluster.pods.settle();
			expect(await node.settings()).toMatchObject({
				storage: { parameters: { rootdirectory: join(folder, "second") } },
				readOnly: true,
				redirectDisabled: true,
			});
			for (const served of cluster.pods.configurations())
				expect(served).toContain(`rootdirectory: ${folder}/second\n`);
			// What is kept could be used without us.
			const kept = cluster.api.get("secrets", "gitlab-regmigrate");
			const script = Buffer.from(
				String(at(kept, "data", "restore.sh")),
				"base64",
			).toString();
			expect(script).toContain(" rollback gitlab 1 --namespace git\n");
			await bring(await node.undo());
			expect(await standing()).toEqual(before);
			expect(await pushStatus()).toBe(202);
		});

		test("undoes only our values where somebody has upgraded it since", async () => {
			const node = open();
			await bring(await node.change({ readOnly: true }));
			await cluster.run(
				["upgrade", RELEASE, cluster.chart, "--reuse-values", "--values", "-"],
				"registry: { draintimeout: 1m }\n",
			);
			await cluster.pods.settle();
			const undo = await node.undo();
			expect(undo.commands[0]).toMatch(/helm upgrade gitlab /);
			expect(undo.notes.join()).toContain("changed by somebody else since");
			await bring(undo);
			expect(await node.settings()).toMatchObject({
				readOnly: false,
				drainMs: 60_000,
			});
			expect(
				JSON.parse(
					await cluster.run(["get", "values", RELEASE, "--output", "json"]),
				),
			).toEqual({
				global: { edition: null, buildNumber: "0123" },
				registry: {
					storage: { secret: "registry-storage" },
					draintimeout: "1m",
				},
				webservice: { password: "test-secret-value" },
			});
			expect((await standing()).secrets).not.toContain("gitlab-regmigrate");
		});

		test(
			"stays on the storage that was accepted, until it is restored: its values as they were, and our Secrets gone",
			LONG,
			async () => {
				const node = open();
				const before = await standing();
				await bring(await node.change({ readOnly: true }));
				await bring(await node.change({ ...second(folder), readOnly: true }));
				await node.accept("c1");
				await bring(await node.change({ readOnly: false }));
				await node.accept("c1");
				await node.accept("c1");
				const accepted = await standing();
				const undo = await node.undo();
				expect([undo.files, undo.commands]).toEqual([[], []]);
				// The way back begins with read-only, which may be undone.
				await bring(await node.change({ readOnly: true }));
				await bring(await node.undo());
				expect(await standing()).toEqual({
					...accepted,
					manifest: expect.any(String),
				});
				await bring(await node.change({ readOnly: true }));
				for (const time of ["first", "again"]) {
					const change = await node.restore("c1", { readOnly: true });
					expect(change.files.length, time).toBe(time === "first" ? 1 : 0);
					await bring(change);
				}
				expect(await node.settings()).toMatchObject({
					storage: { parameters: { rootdirectory: join(folder, "first") } },
					readOnly: true,
				});
				const paused = { readOnly: false, isCollectionPaused: true };
				await bring(await node.restore("c1", paused));
				expect(await node.settings()).toMatchObject({
					...{ database: "on", onlineGarbageCollection: false },
					readOnly: false,
				});
				await bring(await node.restore("c1", { readOnly: false }));
				expect((await standing()).values).toEqual(before.values);
				expect((await standing()).secrets).toEqual(before.secrets);
				expect(await pushStatus()).toBe(202);
				await expect(
					node.restore("c1", { readOnly: false }),
				).rejects.toMatchObject({ code: "not-found" });
			},
		);

		test(
			"is restored with what others have changed since, and not where they have changed our values",
			LONG,
			async () => {
				const node = open();
				await bring(await node.change({ ...second(folder), readOnly: true }));
				await bring(await node.change({ readOnly: false }));
				await node.accept("c1");
				await upgrade("registry: { draintimeout: 1m }\n");
				const change = await node.restore("c1", { readOnly: true });
				expect(change.notes.join()).toContain("changed by somebody else since");
				await bring(change);
				await bring(await node.restore("c1", { readOnly: false }));
				expect(await node.settings()).toMatchObject({
					storage: { parameters: { rootdirectory: join(folder, "first") } },
					drainMs: 60_000,
					readOnly: false,
				});

				await bring(await node.change(second(folder)));
				await node.accept("c2");
				cluster.putSecret("theirs", { config: storage("third") });
				await upgrade("registry: { storage: { secret: theirs } }\n");
				await expect(
					node.restore("c2", { readOnly: true }),
				).rejects.toMatchObject({
					code: "changed",
					message: expect.stringContaining("registry.storage.secret"),
				});
			},
		);

		test("refuses an upgrade that reaches beyond the registry, and names what it reaches", async () => {
			await upgrade("mirror: true\n");
			await expect(open().change({ readOnly: true })).rejects.toMatchObject({
				code: "refused",
				message: expect.stringContaining("ConfigMap gitlab-mirror"),
			});
			await upgrade("mirror: false\nwebservice: { random: true }\n");
			await expect(open().change({ readOnly: true })).rejects.toMatchObject({
				code: "refused",
				message: expect.stringMatching(
					/renders Secret gitlab-webservice differently each time/,
				),
			});
			await upgrade("webservice: { random: false }\n");
			const template = join(
				cluster.chart,
				"charts/webservice/templates/deployment.yaml",
			);
			appendFileSync(template, "          tty: true\n");
			await expect(open().change({ readOnly: true })).rejects.toMatchObject({
				code: "refused",
				message: expect.stringMatching(
					/The next upgrade changes Deployment gitlab-webservice, whoever/,
				),
			});
			const accepted = await open({ acceptPending: true }).change({
				readOnly: true,
			});
			expect(accepted.notes.join()).toContain("Deployment gitlab-webservice");
			const manifest = join(cluster.chart, "Chart.yaml");
			const text = readFileSync(manifest, "utf8");
			writeFileSync(manifest, text.replace("9.1.0", "9.2.0"));
			await expect(open().change({ readOnly: true })).rejects.toMatchObject({
				message: expect.stringMatching(
					/of version 9\.1\.0 .* of version 9\.2\.0/,
				),
			});
		});

		test("refuses what somebody edits in the cluster, is at work on, or has changed meanwhile", async () => {
			const change = await open().change({ readOnly: true });
			await upgrade("registry: { draintimeout: 1s }\n");
			await expect(change.write()).rejects.toMatchObject({ code: "changed" });
			await expect(change.activate()).rejects.toMatchObject({
				code: "changed",
				message: expect.stringContaining("revision 2, deployed"),
			});
			const map = cluster.api.get("configmaps", "gitlab-registry");
			if (map === undefined) throw new Error("The ConfigMap is not there");
			const edited = { ...mapOf(map.data), configure: "echo by hand" };
			cluster.api.put("configmaps", { ...map, data: edited });
			await expect(open().change({ readOnly: true })).rejects.toMatchObject({
				code: "refused",
				message: expect.stringContaining("not as Helm wrote it (configure)"),
			});
			cluster.api.put("configmaps", map);
			// Helm makes the hook first, and fails.
			cluster.api.forbid({ method: "PATCH", plural: "configmaps" });
			await expect(
				upgrade("registry: { draintimeout: 2s }\n"),
			).rejects.toThrow();
			cluster.api.forbid(undefined);
			await expect(open().change({ readOnly: true })).rejects.toMatchObject({
				code: "refused",
				message: expect.stringContaining("(revision 3) failed"),
			});
		});

		test("comes back from an upgrade of ours that failed, without its secrets in a message", async () => {
			const node = open();
			const before = await standing();
			const change = await node.change({ readOnly: true });
			await change.write();
			cluster.api.forbid({ method: "PATCH", plural: "configmaps" });
			await expect(change.activate()).rejects.toMatchObject({
				code: "permission-denied",
				message: expect.not.stringContaining("test-secret-value"),
			});
			cluster.api.forbid(undefined);
			const undo = await node.undo();
			expect(undo.commands[0]).toMatch(/helm upgrade gitlab /);
			await bring(undo);
			expect(await standing()).toEqual(before);
			expect(await pushStatus()).toBe(202);
		});

		test("names pods that still serve, and goes on where it was ended before they were replaced", async () => {
			const node = open();
			const instances = (await node.instances()) ?? [];
			const change = await node.change({ readOnly: true });
			await change.write();
			cluster.pods.stall(true);
			await expect(
				open({ rolloutTimeoutMs: 500 }).change({ readOnly: true }).then(bring),
			).rejects.toMatchObject({
				code: "timed-out",
				message: expect.stringContaining("old pods serve as before"),
			});
			cluster.pods.hold(true);
			cluster.pods.stall(false);
			const again = await node.change({ readOnly: true });
			expect([again.files.length, again.commands.length]).toEqual([0, 1]);
			const rolledOut = bring(again);
			await expect
				.poll(async () => (await node.instances())?.length, WAIT)
				.toBe(4);
			expect(await node.remaining(instances)).toEqual(instances);
			cluster.pods.hold(false);
			await rolledOut;
			await cluster.pods.settle();
			expect(await node.remaining(instances)).toEqual([]);
			expect(await pushStatus()).toBe(405);
		});

		test("takes up where it was ended right after the upgrade, and refuses a cluster that it may not ask", async () => {
			const change = await open().change({ readOnly: true });
			await change.write();
			cluster.pods.stall(true);
			await expect(
				open({ rolloutTimeoutMs: 100 }).change({ readOnly: true }),
			).resolves.toMatchObject({ files: [{ path: "values of gitlab" }] });
			const activated = change.activate();
			await expect
				.poll(async () => await cluster.run(["history", RELEASE]), WAIT)
				.toContain("regmigrate");
			cluster.pods.stall(false);
			await activated;
			// The same once more: the upgrade is there already.
			await change.activate();
			expect(await pushStatus()).toBe(405);
			cluster.api.forbid({ method: "GET", plural: "deployments" });
			await expect(open().settings()).rejects.toMatchObject({
				code: "permission-denied",
				message: expect.stringContaining("deployments is forbidden"),
			});
			await expect(
				open({}, { release: "nowhere" }).change({ readOnly: true }),
			).rejects.toMatchObject({
				code: "not-found",
				message: expect.stringMatching(/^helm get metadata .*not found$/),
			});
		});

		test("is waited for while another process's helm is at work, as one is that was left by a killed one", async () => {
			const node = open();
			const change = await node.change({ readOnly: true });
			await change.write();
			const release = cluster.api.hold({
				method: "PATCH",
				plural: "configmaps",
			});
			const activated = change.activate();
			await expect
				.poll(async () => await cluster.run(["history", RELEASE]), WAIT)
				.toContain("pending-upgrade");
			const asked = cluster.api.requests();
			const undo = node.undo();
			// More than a look that is not repeated.
			await expect
				.poll(() => cluster.api.requests() - asked, WAIT)
				.toBeGreaterThan(15);
			release();
			await bring(await undo);
			await activated.catch(() => {});
			expect(await pushStatus()).toBe(202);
		});

		test("is the registry's chart alone, with a variable that overrides its configuration", async () => {
			await cluster.run(["uninstall", RELEASE]);
			await cluster.run(
				[
					...["install", RELEASE, `${cluster.chart}/charts/registry`],
					...["--values", "-"],
				],
				"{storage: {secret: registry-storage}, hpa: {minReplicas: 1}, extraEnv: {REGISTRY_STORAGE_DELETE_ENABLED: 'true'}}",
			);
			await cluster.pods.settle();
			const node = open(
				{},
				{
					valuesPrefix: "",
					chart: `${cluster.chart}/charts/registry`,
				},
			);
			const change = await node.change({ readOnly: true });
			expect(change.notes).toEqual([
				expect.stringContaining("REGISTRY_STORAGE_DELETE_ENABLED overrides"),
			]);
			expect(parse(change.files[0]?.after ?? "")).toMatchObject({
				maintenance: { readonly: { enabled: true } },
			});
			await bring(change);
			expect(await pushStatus()).toBe(405);
		});

		test("is changed by way of Git: what is written holds no secret, and is waited for", async () => {
			const emitTo = join(folder, "git");
			const node = open({ pollMs: 20, emitTimeoutMs: 100 }, { emitTo });
			const before = await standing();
			const change = await node.change({
				readOnly: true,
				storage: S3,
			});
			await change.write();
			expect(change.notes.join(" ")).toContain("Commit what is in");
			const read = (name: string) => readFileSync(join(emitTo, name), "utf8");
			const secret = read("regmigrate-storage-secret.yaml");
			expect(secret).toContain("secretkey: <secretkey>");
			for (const name of readdirSync(emitTo))
				expect(read(name)).not.toContain("test-secret");
			await expect(change.activate()).rejects.toMatchObject({
				code: "timed-out",
				message: expect.stringContaining("its storage differs in the driver"),
			});
			expect(await standing()).toEqual(before);

			// What a pipeline does: with the secrets filled in.
			const manifest = mapOf(
				parse(
					secret
						.replaceAll("<secretkey>", "test-secret")
						.replaceAll("<accesskey>", "test-access"),
				),
			);
			cluster.putSecret(
				String(at(manifest, "metadata", "name")),
				Object.fromEntries(
					Object.entries(mapOf(manifest.stringData)).map(([key, text]) => [
						key,
						String(text),
					]),
				),
			);
			await upgrade(read("regmigrate-values.yaml"));
			await cluster.pods.settle();
			await change.activate();
			expect(await pushStatus()).toBe(405);

			const undo = await node.undo();
			await undo.write();
			await cluster.run(["rollback", RELEASE, "1"]);
			await cluster.pods.settle();
			await undo.activate();
			expect(readdirSync(emitTo)).toEqual(["regmigrate-values.yaml"]);
			expect((await node.undo()).files).toEqual([]);
		});

		test("takes back by way of Git only what was written there: a storage that others have configured meanwhile stays", async () => {
			const emitTo = join(folder, "git");
			const node = open({ pollMs: 20, emitTimeoutMs: 60_000 }, { emitTo });
			const on = await node.change({ readOnly: true });
			await on.write();
			const file = join(emitTo, "regmigrate-values.yaml");
			await upgrade(readFileSync(file, "utf8"));
			await on.activate();
			// As config render shows it, by hand.
			cluster.putSecret("theirs", { config: storage("second") });
			const theirs = { secret: "theirs", redirect: { disable: true } };
			const values = mapOf(parse(readFileSync(file, "utf8")));
			writeFileSync(
				file,
				stringify({ registry: { ...mapOf(values.registry), storage: theirs } }),
			);
			await upgrade(readFileSync(file, "utf8"));

			const undo = await node.undo();
			await undo.write();
			const left = readFileSync(file, "utf8");
			expect(parse(left)).toEqual({ registry: { storage: theirs } });
			await cluster.run(
				["upgrade", RELEASE, cluster.chart, "--values", "-"],
				left,
			);
			await cluster.pods.settle();
			await undo.activate();
			expect(await node.settings()).toMatchObject({
				storage: { parameters: { rootdirectory: join(folder, "second") } },
				redirectDisabled: true,
				readOnly: false,
			});
			expect(readdirSync(emitTo)).toEqual(["regmigrate-values.yaml"]);
		});

		function open(
			options: HelmOptions = {},
			others: Partial<HelmDescription> = {},
		) {
			return helmNode(
				{
					name: RELEASE,
					url: cluster.pods.url,
					release: RELEASE,
					namespace: NAMESPACE,
					chart: cluster.chart,
					helm: cluster.helm,
					kubectl: cluster.kubectl,
					...others,
				},
				localHost,
				options,
			);
		}

		/** As the operator does it. */
		async function upgrade(values: string): Promise<void> {
			await cluster.run(
				["upgrade", RELEASE, cluster.chart, "--reuse-values", "--values", "-"],
				values,
			);
			await cluster.pods.settle();
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

/** Another storage, still on a file system. */
const second = (folder: string) => ({
	storage: {
		driver: "filesystem",
		parameters: { rootdirectory: join(folder, "second") },
	},
});

/** A dozen upgrades, each of which waits for pods. */
const LONG = { timeout: 300_000 };

/** For a machine that has much to do. */
const WAIT = { timeout: 60_000, interval: 50 };

/** A value that is taken away, and texts that look like numbers. */
const VALUES = `
global:
  edition: null
  buildNumber: "0123"
registry:
  storage:
    secret: registry-storage
webservice:
  password: test-secret-value
`;

const S3 = {
	driver: "s3",
	parameters: {
		bucket: "reg",
		region: "us-east-1",
		accesskey: "test-access",
		secretkey: "test-secret",
	},
};
