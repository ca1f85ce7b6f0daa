import { expect, test } from "vitest";
import {
	type LookedAt,
	refuseImports,
} from "../../../src/cutover/database/preflight.ts";
import { clientOf } from "../../registry/probe/scripted-registry.ts";
import { fakeRegistry } from "../../registry/read-only/fake-registry.ts";

/** A node, and the processes that its host finds to import metadata. */
async function importing(
	database: object | undefined,
	...pids: readonly string[]
): Promise<LookedAt> {
	const [node] = fakeRegistry({}).nodes;
	const settings = await node?.settings();
	if (node === undefined || settings === undefined) throw new Error("a node");
	const stdout = Buffer.from(pids.map((pid) => `${pid}\n`).join(""));
	const host = {
		...node.host,
		run: async () => ({ code: 0, stdout, stderr: "" }),
	};
	return {
		node: { ...node, host },
		client: clientOf("http://127.0.0.1:1"),
		settings: { ...settings, tree: database === undefined ? {} : { database } },
		header: undefined,
	};
}

test("an import into a database that is under way is refused", async () => {
	const found = await importing({ enabled: "prefer" }, "4711");
	await expect(refuseImports(found, {})).rejects.toMatchObject({
		code: "refused",
		message: expect.stringContaining("(process 4711). Nothing was changed"),
	});
});

test("where nothing is imported, or nothing is known of a database, nothing is", async () => {
	await refuseImports(await importing({ enabled: true }), {});
	// A registry beside it may be importing; this one has no database.
	await refuseImports(await importing(undefined, "4711"), {});
});
