import { expect, test } from "vitest";
import type { LookedAt } from "../../../src/cutover/database/preflight.ts";
import { requireMetadata } from "../../../src/cutover/rollback/require-metadata.ts";
import type { DatabaseSetting } from "../../../src/registry/metadata-mode.ts";
import { MemoryStore } from "../../../src/store/memory.ts";
import { clientOf } from "../../registry/probe/scripted-registry.ts";
import { fakeRegistry } from "../../registry/read-only/fake-registry.ts";

const FOUND = {
	...{ type: "database" as const, nodes: [], at: "" },
	...{ acknowledgedBy: "me@here", acknowledged: "flag" as const },
};

/** A node that is configured so, and answers so of itself. */
async function configured(
	database: DatabaseSetting | undefined,
	header?: boolean,
): Promise<LookedAt> {
	const [node] = fakeRegistry({}).nodes;
	const settings = await node?.settings();
	if (node === undefined || settings === undefined) throw new Error("a node");
	const client = clientOf("http://127.0.0.1:1");
	return { node, client, header, settings: { ...settings, database } };
}

test.each<
	[
		name: string,
		wasDatabase: boolean,
		now: readonly [DatabaseSetting | undefined, header?: boolean],
		testRepository: string | undefined,
		refused: string | undefined,
	]
>([
	["none, then and now", false, ["off"], undefined, undefined],
	[
		"none then, and one now",
		false,
		["on", true],
		"team/test",
		"by now, which its configuration of before does not know",
	],
	["one", true, ["on", true], "team/test", undefined],
	[
		"one, and no repository to push to",
		true,
		["on", true],
		undefined,
		"only a push proves",
	],
	[
		"one then, and none now",
		true,
		["off", false],
		"team/test",
		"are so no more",
	],
	[
		"one that it does not admit",
		true,
		["on", false],
		"team/test",
		"it is not clear where",
	],
])(
	"a registry with a database: %s",
	async (_, wasDatabase, now, testRepository, refused) => {
		const told: string[] = [];
		const required = requireMetadata(
			[await configured(...now)],
			{
				source: new MemoryStore("target"),
				testRepository,
				database: {
					read: () => (wasDatabase ? FOUND : undefined),
					write() {},
					acknowledge: async () => undefined,
				},
				observe(event) {
					if (event.type === "note") told.push(event.text);
				},
			},
			{},
		);
		if (refused !== undefined)
			return await expect(required).rejects.toMatchObject({
				code: "refused",
				message: expect.stringContaining(refused),
			});
		await required;
		expect(told.join().includes("only blobs are copied back")).toBe(
			wasDatabase,
		);
	},
);
