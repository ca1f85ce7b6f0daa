import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { mapOf } from "../support/helm/kubernetes-object.ts";
import { describeResult, finished } from "../support/program.ts";
import { hasTools } from "../support/services.ts";
import {
	expectPushes,
	type InstalledChart,
	installedChart,
} from "./installed-chart.ts";
import { push, pushing, rollbackWords, run } from "./installed-registry.ts";
import { startProgram } from "./program.ts";
import { tagDigests } from "./registry-client.ts";
import { deleteImage, moveTag } from "./tag-edits.ts";
import { pulling } from "./three-nodes.ts";

/** Runs a command until an upgrade to a storage Secret of ours is under way, and kills it then: helm goes on. */
async function killedInUpgrade(
	{ cluster }: InstalledChart,
	words: readonly string[],
): Promise<void> {
	const program = await startProgram(words);
	let isOver = false;
	const run = finished(program).then((result) => {
		isOver = true;
		return result;
	});
	const secrets = () => cluster.api.list("secrets");
	const isUnderWay = () =>
		secrets().some(({ metadata: { name } }) => isOurs(name)) &&
		secrets().some(({ metadata: { labels } }) =>
			String(mapOf(labels).status).startsWith("pending-"),
		);
	while (!isUnderWay() && !isOver) await sleep(1);
	program.child.kill("SIGKILL");
	const result = await run;
	expect(result.exitCode, describeResult(result)).toBe(null);
}

/** A dozen upgrades, each of which waits for pods. */
const LONG = { timeout: 300_000 };

/** Whether a name of a storage Secret is one that the program gives. */
const isOurs = (text: string) => /registry-storage-regmigrate-/.test(text);

/** A client that pushes and one that pulls. Resolves, when stopped, with what each has seen. */
function clients({ cluster, server }: InstalledChart) {
	const stopPushes = pushing({ server });
	const stopPulls = pulling([{ url: cluster.pods.url.origin }], 100);
	return async () => ({ ...(await stopPushes()), ...(await stopPulls()) });
}

async function expectAll(
	{ server }: InstalledChart,
	names: readonly string[],
): Promise<void> {
	const tags = await tagDigests(server());
	for (const name of names) expect(tags.get(name), name).toMatch(/^sha256:/);
}

describe.skipIf(!hasTools("helm", "registry-3", "minio"))(
	"a registry of GitLab's chart",
	() => {
		test(
			"is cut over while clients push and pull, though it is killed in the upgrade that switches it; and rolled back, with what was pushed since and its values as they were",
			LONG,
			async () => {
				const at = await installedChart();
				const { server, words, standing } = at;
				const before = await standing();
				let stop = clients(at);
				await killedInUpgrade(at, words);
				const { stdout } = await run(0, ...words);
				const there = await stop();
				expect(stdout).toContain("The registry is on ");
				expect(there.refused).toBeGreaterThan(0);
				expect(there.acknowledged.length).toBeGreaterThan(0);
				await expectAll(at, ["team/app:v1", ...there.acknowledged]);
				await expectPushes(at, "on the target");

				await push({ server }, "team/new", "v1");
				const moved = await tagDigests(server());
				await moveTag(server(), "team/app", "v1");
				await deleteImage(server(), "team/app", moved.get("team/app:v2"));
				const wanted = await tagDigests(server());
				stop = clients(at);
				const back = await run(0, ...rollbackWords(at));
				const home = await stop();
				expect(back.stdout).toContain("moved: team/app:v1, from sha256:");
				expect(home.refused).toBeGreaterThan(0);
				expect(await standing()).toEqual(before);
				await expectPushes(at, "on the source");
				await expectAll(at, home.acknowledged);
				const tags = await tagDigests(server());
				for (const [name, digest] of wanted)
					expect(tags.get(name), name).toBe(digest);
				expect(tags.has("team/app:v2")).toBe(false);
			},
		);

		test("whose pods never become ready on the target is on its source again, with its values as they were", async () => {
			const at = await installedChart();
			const { cluster, words, standing } = at;
			const before = await standing();
			const stop = clients(at);
			cluster.pods.breakWhere((deployment) =>
				isOurs(JSON.stringify(deployment)),
			);
			const { stderr } = await run(5, ...words);
			const { acknowledged } = await stop();
			expect(stderr).toContain("exceeded its progress deadline");
			expect(stderr).toContain(
				"All is as it was: the registry is on the source, and takes writes",
			);
			expect(await standing()).toEqual(before);
			await expectPushes(at, "on the source");
			await expectAll(at, ["team/app:v1", ...acknowledged]);
		});
	},
);
