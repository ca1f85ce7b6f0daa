import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { hasTools } from "../support/services.ts";
import { push, rollbackWords, run, stateOf } from "./installed-registry.ts";
import { tagDigests } from "./registry-client.ts";
import { deleteImage, moveTag } from "./tag-edits.ts";
import { pulling, three } from "./three-nodes.ts";

describe.skipIf(!hasTools("registry-3", "minio"))(
	"rollback › of three nodes behind one storage",
	() => {
		test("each has what was done through any, and at every moment one of them serves", async () => {
			const { nodes, words, befores } = await three();
			const [first, second, third] = nodes;
			if (!(first && second && third)) throw new Error("There are three");
			await push(first, "team/app", "v2");
			await push(first, "team/app", "doomed");
			await run(0, ...words);
			await push(second, "team/new", "v1");
			await moveTag(third.server(), "team/app", "v2");
			const old = await tagDigests(first.server());
			await deleteImage(
				second.server(),
				"team/app",
				old.get("team/app:doomed"),
			);
			const wanted = await tagDigests(first.server());
			expect(wanted.has("team/app:doomed")).toBe(false);

			const stop = pulling(nodes);
			const { stdout } = await run(0, ...rollbackWords({ words }));
			const { pulls, failures } = await stop();
			expect(pulls).toBeGreaterThan(20);
			expect(failures).toBe(0);
			expect(stdout).toContain("1 tag pushed, 1 moved, 1 deleted");
			for (const [index, node] of nodes.entries()) {
				expect(readFileSync(node.configFile)).toEqual(befores[index]);
				expect(await stateOf(node)).toBe("writable");
				expect(await tagDigests(node.server())).toEqual(wanted);
			}
			// One storage again: what is pushed through one is pulled from another.
			await push(third, "team/app", "after");
			expect((await tagDigests(first.server())).has("team/app:after")).toBe(
				true,
			);
		});

		test("one does not come up on the source: all are on the target, and take writes", async () => {
			const { nodes, words } = await three();
			await run(0, ...words);
			const configured = nodes.map(({ configFile }) =>
				readFileSync(configFile, "utf8"),
			);
			const begun = nodes[2]?.restarts() ?? 0;
			nodes[2]?.let((times) => (times === begun + 2 ? "stops" : "restarts"));
			const back = [...rollbackWords({ words }), "--timeout=2s"];
			const { stderr } = await run(5, ...back);
			expect(stderr).toMatch(/the answers of node-2 \(.*\) do not tell/);
			for (const [index, node] of nodes.entries()) {
				expect(readFileSync(node.configFile, "utf8")).toBe(configured[index]);
				expect(await stateOf(node)).toBe("writable");
			}
		});
	},
);
