import { describe, expect, test } from "vitest";
import { hasTools } from "../support/services.ts";
import { lives } from "./draining-registry.ts";
import { expectAsBefore, expectOnTarget, run } from "./installed-registry.ts";
import { pulling, three } from "./three-nodes.ts";

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
			const { stderr } = await run(5, ...at.words, "--timeout=2s");
			expect(stderr).toMatch(/node-1 \(.*\) does not serve an image that is/);
			expect(stderr).toContain(AS_IT_WAS);
			await allAsBefore(at);
		});
	},
);
