import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
	type Cluster,
	NAMESPACE,
	RELEASE,
	startCluster,
} from "../support/helm/cluster.ts";
import { describeResult } from "../support/program.ts";
import { hasTools } from "../support/services.ts";
import { runProgram } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

test.skipIf(!hasTools("helm", "registry-3"))(
	"a release of GitLab's chart is made read-only and back by the command, when no pod of before is left",
	async () => {
		const folder = await temporaryFolder();
		const cluster = await startCluster(folder);
		onTestFinished(() => cluster.stop());
		cluster.putSecret("registry-storage", {
			config: `filesystem:\n  rootdirectory: ${folder}/storage\n`,
		});
		await cluster.install("registry: {storage: {secret: registry-storage}}\n");
		const values = () => cluster.run(["get", "values", RELEASE]);
		const original = await values();
		const description = join(folder, "regmigrate.yml");
		writeFileSync(
			description,
			`kind: helm
url: ${cluster.pods.url.origin}
release: ${RELEASE}
namespace: ${NAMESPACE}
chart: ${cluster.chart}
helm: ${cluster.helm}
kubectl: ${cluster.kubectl}
`,
		);
		const program = (...words: readonly string[]) =>
			runProgram([...words, "--registry-file", description]);
		const state = ["--state-directory", join(folder, "state")];

		const dry = await program("readonly", "on", ...state, "--dry-run");
		expect(dry.exitCode, describeResult(dry)).toBe(0);
		expect(dry.stdout).toContain(" upgrade gitlab ");
		expect(await values()).toBe(original);

		const on = await program("readonly", "on", ...state, "--yes");
		expect(on.exitCode, describeResult(on)).toBe(0);
		expect(on.stdout).toMatch(
			/pod gitlab-registry-\S+ and pod gitlab-registry-\S+ of before have ended/,
		);
		expect(await pushStatus(cluster)).toBe(405);

		const off = await program("readonly", "off", ...state, "--yes");
		expect(off.exitCode, describeResult(off)).toBe(0);
		expect(await values()).toBe(original);
		expect(await pushStatus(cluster)).toBe(202);

		const rendered = await program(
			"config",
			"render",
			"s3://reg?region=eu-central-1",
		);
		expect(rendered.exitCode, describeResult(rendered)).toBe(0);
		expect(rendered.stdout).toContain("+s3:");
		expect(rendered.stdout).toMatch(
			/^\+\+\+ Secret registry-storage-regmigrate-[0-9a-f]{8}$/m,
		);
	},
);

async function pushStatus({ pods }: Cluster): Promise<number> {
	const { status } = await fetch(
		new URL("/v2/team/app/blobs/uploads/", pods.url),
		{ method: "POST", headers: { connection: "close" } },
	);
	return status;
}
