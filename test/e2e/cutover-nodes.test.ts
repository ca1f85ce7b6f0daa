import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { hasTools, newBucket, services } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { lives } from "./draining-registry.ts";
import {
	expectAsBefore,
	expectOnTarget,
	push,
	run,
	VERSIONS,
} from "./installed-registry.ts";
import { type ManagedRegistry, startManaged } from "./managed-registry.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A registry of three nodes behind one storage, as they are behind a load balancer. */
async function three() {
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
function pulling(nodes: readonly ManagedRegistry[]) {
	let isStopped = false;
	let pulls = 0;
	let failures = 0;
	const pull = async ({ url }: ManagedRegistry) => {
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
			await sleep(10);
		}
	};
	const running = run();
	return async () => {
		isStopped = true;
		await running;
		return { pulls, failures };
	};
}

async function allAsBefore({
	nodes,
	befores,
}: Awaited<ReturnType<typeof three>>) {
	for (const [index, registry] of nodes.entries()) {
		const before = befores[index];
		if (before !== undefined) await expectAsBefore({ registry, before });
	}
}

const AS_IT_WAS =
	"All is as it was: the registry is on the source, and takes writes";

describe.skipIf(!hasTools("registry-3", "minio"))(
	"cutover › of three nodes behind one storage",
	() => {
		test("one after the other is switched, and at every moment one of them serves", async () => {
			const { nodes, words } = await three();
			// When one is about to be switched, which takes a while, all are there.
			const isEachThere: boolean[] = [];
			for (const node of nodes)
				node.let((times) => {
					if (times !== 2) return "restarts";
					isEachThere.push(nodes.every((one) => lives(one.server())));
					return "dawdles";
				});
			const stop = pulling(nodes);
			await run(0, ...words);
			const { pulls, failures } = await stop();
			expect(pulls).toBeGreaterThan(20);
			expect(failures).toBe(0);
			expect(isEachThere).toEqual([true, true, true]);
			for (const registry of nodes) await expectOnTarget({ registry });
		});

		test("one stays writable: all are as they were", async () => {
			const at = await three();
			at.nodes[1]?.let((times) => (times === 1 ? "lies" : "restarts"));
			const { stderr } = await run(5, ...at.words, "--timeout=2s");
			expect(stderr).toMatch(/node-1 \(.*\) still takes writes/);
			expect(stderr).toContain(AS_IT_WAS);
			await allAsBefore(at);
		});

		test("one does not come up after the switch: all are as they were", async () => {
			const at = await three();
			at.nodes[2]?.let((times) => (times === 2 ? "stops" : "restarts"));
			const { stderr } = await run(5, ...at.words, "--timeout=2s");
			expect(stderr).toMatch(/the answers of node-2 \(.*\) do not tell/);
			expect(stderr).toContain(AS_IT_WAS);
			await allAsBefore(at);
		});

		test("one stays on the file system: the canary finds it out, and all are as they were", async () => {
			const at = await three();
			const [, node] = at.nodes;
			const text = String(at.befores[1]);
			if (node !== undefined)
				node.override = (now) =>
					now.includes("s3:")
						? text.replace(
								"  delete:",
								"  maintenance: {readonly: {enabled: true}}\n  delete:",
							)
						: now;
			const { stderr } = await run(5, ...at.words);
			expect(stderr).toMatch(/node-1 \(.*\) does not serve an image that is/);
			expect(stderr).toContain(AS_IT_WAS);
			await allAsBefore(at);
		});
	},
);
