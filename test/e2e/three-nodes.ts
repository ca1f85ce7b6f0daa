import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { newBucket, services } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { push, VERSIONS } from "./installed-registry.ts";
import { type ManagedRegistry, startManaged } from "./managed-registry.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A registry of three nodes behind one storage, as they are behind a load balancer. */
export async function three() {
	const folder = await temporaryFolder();
	const storage = join(folder, "storage");
	const nodes: ManagedRegistry[] = [];
	for (const name of ["node-0", "node-1", "node-2"]) {
		const directory = join(folder, name);
		mkdirSync(directory);
		nodes.push(await startManaged({ version: "3", directory, storage }));
	}
	const [first] = nodes;
	if (first === undefined) throw new Error("There are three");
	await push(first, "team/app", "v1");
	const file = join(folder, "regmigrate.yml");
	writeFileSync(
		file,
		[
			"kind: distribution",
			"nodes:",
			...nodes.flatMap((node, index) => [
				`  - name: node-${index}`,
				`    url: ${node.url}`,
				`    configuration: ${node.configFile}`,
				`    restart: ${node.restart}`,
			]),
		].join("\n"),
	);
	const target = storeUrl(await newBucket(), "", services().s3).href;
	const words = [
		...["cutover", storage, target, "--yes", "--registry-file", file],
		...["--state-directory", join(folder, "state"), "--disable-redirect"],
		...["--registry-version", VERSIONS["3"], "--no-rehearse"],
	];
	const befores = nodes.map(({ configFile }) => readFileSync(configFile));
	return { nodes, words, befores };
}

/** Pulls from whoever answers, again and again. Resolves, when stopped, with how often nobody did. */
export function pulling(
	nodes: readonly Pick<ManagedRegistry, "url">[],
	pauseMs = 10,
) {
	let isStopped = false;
	let pulls = 0;
	let failures = 0;
	const pull = async ({ url }: Pick<ManagedRegistry, "url">) => {
		const { ok } = await fetch(`${url}/v2/team/app/manifests/v1`, {
			headers: {
				accept: "application/vnd.docker.distribution.manifest.v2+json",
			},
		});
		if (!ok) throw new Error("It was not found");
	};
	const run = async () => {
		while (!isStopped) {
			await Promise.any(nodes.map(pull)).catch(() => failures++);
			pulls++;
			await sleep(pauseMs);
		}
	};
	const running = run();
	return async () => {
		isStopped = true;
		await running;
		return { pulls, failures };
	};
}
