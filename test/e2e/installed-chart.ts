import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import type { RegistryServer } from "../../scripts/services/registry.ts";
import {
	type Cluster,
	NAMESPACE,
	RELEASE,
	startCluster,
} from "../support/helm/cluster.ts";
import { newBucket, services } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { push, stateOf, VERSIONS } from "./installed-registry.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { treeKeys } from "./tree.ts";

/** A release of GitLab's chart whose registry, two pods on a directory, has a few images, and a bucket that it is to be moved to. */
export interface InstalledChart {
	readonly cluster: Cluster;
	/** Where its images are. */
	readonly storage: string;
	/** Where the program keeps what it finds, and is told what registry there is. */
	readonly node: readonly string[];
	/** The command that cuts it over without asking. */
	readonly words: readonly string[];
	/** The registry's Service, as those see it who push. */
	readonly server: () => RegistryServer;
	/** What of the cluster an operator sees: the release's values, and the names of the Secrets that are not Helm's own. */
	readonly standing: () => Promise<object>;
}

/** Installs one. */
export async function installedChart(): Promise<InstalledChart> {
	const folder = await temporaryFolder();
	const cluster = await startCluster(folder);
	onTestFinished(() => cluster.stop());
	const storage = join(folder, "storage");
	cluster.putSecret("registry-storage", {
		config: `# of the operator\nfilesystem:\n  rootdirectory: ${storage}\n`,
	});
	await cluster.install(VALUES);
	const { host, origin } = cluster.pods.url;
	const server = (): RegistryServer => ({
		...{ host, url: origin, product: "the chart's registry" },
		...{ version: "3", configFile: "", logFile: "", pid: 0 },
		stop: async () => {},
		[Symbol.asyncDispose]: async () => {},
	});
	for (const tag of ["v1", "v2"]) await push({ server }, "team/app", tag);
	const description = join(folder, "regmigrate.yml");
	writeFileSync(
		description,
		`kind: helm
url: ${origin}
release: ${RELEASE}
namespace: ${NAMESPACE}
chart: ${cluster.chart}
helm: ${cluster.helm}
kubectl: ${cluster.kubectl}
`,
	);
	const target = storeUrl(await newBucket(), "/registry", services().s3).href;
	const node = [
		...["--registry-file", description],
		...["--state-directory", join(folder, "state")],
	];
	const words = [
		...["cutover", storage, target, "--yes", "--no-rehearse"],
		...[...node, "--disable-redirect"],
		...["--registry-version", VERSIONS["3"]],
	];
	const standing = async () => ({
		values: await cluster.run(["get", "values", RELEASE]),
		secrets: cluster.api
			.list("secrets")
			.filter(({ type }) => type !== "helm.sh/release.v1")
			.map(({ metadata }) => metadata.name)
			.sort(),
	});
	return { cluster, storage, node, words, server, standing };
}

/** As people write them: a value that is taken away, one that looks like a number, and a secret that has nothing to do with the registry. */
const VALUES = `global:
  edition: null
  buildNumber: "0123"
registry:
  draintimeout: 30s
  storage:
    secret: registry-storage
webservice:
  password: test-secret-value
`;

/** Proves that pushes are taken, and lie in the source or do not. */
export async function expectPushes(
	{ cluster, storage, server }: InstalledChart,
	where: "on the source" | "on the target",
): Promise<void> {
	expect(await stateOf({ url: cluster.pods.url.origin })).toBe("writable");
	const tag = where.replaceAll(" ", "-");
	await push({ server }, "team/app", tag);
	const keys = treeKeys(storage).join("\n");
	if (where === "on the source") expect(keys).toContain(`tags/${tag}/`);
	else expect(keys).not.toContain(`tags/${tag}/`);
}
