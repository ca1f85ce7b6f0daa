import { describe, expect, test } from "vitest";
import { formatKey } from "../../src/layout/paths.ts";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { SyncOptions } from "../../src/sync/pass.ts";
import { failure } from "../support/faults.ts";
import { smallRegistry, storeOf, type Write } from "./content.ts";
import { expectContent, run } from "./run.ts";

const REGISTRY = smallRegistry();
const DATABASE: Write = [
	formatKey({ kind: "lock", name: "database-in-use" }),
	Buffer.from('{"version":1}'),
];
const FILESYSTEM = formatKey({ kind: "lock", name: "filesystem-in-use" });

/** The same registry, after its metadata was moved to a database. */
function imported() {
	const content = new Map([...REGISTRY, DATABASE]);
	content.delete(FILESYSTEM);
	return content;
}

const SELECTIONS: readonly NonNullable<SyncOptions["selection"]>[] = [
	{ include: ["acme/**"] },
	{ exclude: ["solo"] },
	{ skipsUnreferenced: true },
];

describe("sync › a registry whose metadata is in a database", () => {
	test.for(SELECTIONS)("is not copied in part: %o", async (selection) => {
		const target = new MemoryStore();
		const refusal = run(await storeOf(imported()), target, { selection });
		await expect(refusal).rejects.toMatchObject({
			code: "metadata-database",
			message: expect.stringContaining(
				"is in a database (there is a lock file database-in-use)",
			),
			suggestions: [
				"Run it without --include, --exclude and --skip-unreferenced: then every blob is copied.",
			],
		});
		await expectContent(target, new Map());
	});

	test.for(SELECTIONS)(
		"nor one of which that is not clear: %o",
		async (selection) => {
			const target = new MemoryStore();
			const both = await storeOf([...REGISTRY, DATABASE]);
			await expect(run(both, target, { selection })).rejects.toMatchObject({
				code: "metadata-unclear",
				message: expect.stringMatching(
					/there is a lock file database-in-use, but there is a lock file filesystem-in-use$/,
				),
			});
			const metadata = { configured: "on" } as const;
			const refusal = run(await storeOf(REGISTRY), target, {
				selection,
				metadata,
			});
			await expect(refusal).rejects.toMatchObject({ code: "metadata-unclear" });
			await expectContent(target, new Map());
		},
	);

	test("is copied whole, blobs that no link names too", async () => {
		const target = new MemoryStore();
		const content = imported();
		const selection = { include: [], exclude: [], skipsUnreferenced: false };
		await run(await storeOf(content), target, { selection });
		await expectContent(target, content);
	});

	test("is not taken for another where the lock files cannot be looked at (I2)", async () => {
		const source = await storeOf(REGISTRY);
		const blind = faulty(source, {
			list: (prefix) => {
				if (prefix === "docker/registry/lockfiles/")
					throw failure("permission-denied", prefix, source.url);
			},
		});
		const [selection] = SELECTIONS;
		await expect(
			run(blind, new MemoryStore(), { selection }),
		).rejects.toMatchObject({ code: "permission-denied" });
	});
});
