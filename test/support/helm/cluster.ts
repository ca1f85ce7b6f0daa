import { chmodSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { requireTool } from "../../../scripts/services/find-tool.ts";
import { localHost } from "../../../src/registry/host/local-host.ts";
import { type KubernetesApi, startKubernetesApi } from "./kubernetes-api.ts";
import { type RegistryPods, startRegistryPods } from "./registry-pods.ts";

const CHART = join(import.meta.dirname, "../../registry/helm/chart");

/** The release's name, and its namespace's. */
export const RELEASE = "gitlab";
export const NAMESPACE = "git";

/** A cluster without a release; the registry of one that is installed is real. */
export interface Cluster {
	readonly api: KubernetesApi;
	readonly pods: RegistryPods;
	/** A copy of the test's chart, to be changed at will. */
	readonly chart: string;
	/** Commands as they are described: words of a shell. */
	readonly helm: string;
	readonly kubectl: string;
	/** Runs helm as an operator does, in the release's namespace. Answers what it prints. */
	run(words: readonly string[], input?: string): Promise<string>;
	/** Installs the chart with these values (YAML), and waits until its registry answers. */
	install(values: string): Promise<void>;
	putSecret(name: string, content: Readonly<Record<string, string>>): void;
	stop(): Promise<void>;
}

/** Starts one whose files are in a folder. */
export async function startCluster(folder: string): Promise<Cluster> {
	const { path: helmProgram } = await requireTool("helm");
	const { path: program } = await requireTool("registry-3");
	const api = await startKubernetesApi();
	const pods = await startRegistryPods(api, `${RELEASE}-registry`, {
		program,
		folder: join(folder, "pods"),
	});
	const chart = join(folder, "chart");
	cpSync(CHART, chart, { recursive: true });
	const kubeconfig = join(folder, "kubeconfig");
	writeFileSync(kubeconfig, kubeconfigFor(api.url));
	mkdirSync(join(folder, "home"));
	// No cluster or repository of the developer's is touched.
	const environment = `env HOME=${join(folder, "home")} KUBECONFIG=${kubeconfig}`;
	const kubectl = join(folder, "kubectl");
	const standIn = join(import.meta.dirname, "kubectl.ts");
	writeFileSync(
		kubectl,
		`#!/bin/sh\nexec ${process.execPath} ${standIn} "$@"\n`,
	);
	chmodSync(kubectl, 0o755);
	const helm = `${environment} ${helmProgram}`;
	const run = async (words: readonly string[], input = "") => {
		const line = `${helm} "$@" --namespace ${NAMESPACE}`;
		const { code, stdout, stderr } = await localHost.run(
			["sh", "-c", line, "sh", ...words],
			{ input },
		);
		if (code !== 0) throw new Error(`helm ${words[0]} failed: ${stderr}`);
		return stdout.toString();
	};
	const putSecret: Cluster["putSecret"] = (name, content) =>
		api.put("secrets", {
			apiVersion: "v1",
			kind: "Secret",
			metadata: { name, namespace: NAMESPACE },
			stringData: content,
		});
	putSecret(`${RELEASE}-registry-httpsecret`, { secret: "regmigrate-test" });
	return {
		api,
		pods,
		chart,
		helm,
		kubectl: `${environment} ${kubectl}`,
		run,
		async install(values) {
			await run(["install", RELEASE, chart, "--values", "-"], values);
			await pods.settle();
		},
		putSecret,
		async stop() {
			await pods.stop();
			await api.close();
		},
	};
}

function kubeconfigFor(server: string): string {
	return `apiVersion: v1
kind: Config
current-context: test
clusters:
- name: test
  cluster:
    server: ${server}
contexts:
- name: test
  context: { cluster: test, user: test }
users:
- name: test
  user: {}
`;
}
