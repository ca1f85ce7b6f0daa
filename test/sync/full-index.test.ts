import { join } from "node:path";
import { expect, test } from "vitest";
import { MemoryStore } from "../../src/store/memory.ts";
import { copy } from "../../src/sync/copy.ts";
import { Crew } from "../../src/sync/crew.ts";
import { Counts } from "../../src/sync/events.ts";
import { IndexError } from "../../src/sync/index-error.ts";
import { NeededLayers } from "../../src/sync/needed-layers.ts";
import { ObjectIndex } from "../../src/sync/object-index.ts";
import { State } from "../../src/sync/object-state.ts";
import { openTable } from "../../src/sync/object-table.ts";
import { SourceWatch } from "../../src/sync/source-watch.ts";
import {
	canMount,
	mountAt,
	unmount,
} from "../store/filesystem/temporary-mount.ts";
import { TemporaryRoot } from "../store/filesystem/temporary-root.ts";
import { contentOf, pushWrites, smallRegistry, storeOf } from "./content.ts";
import { expectClosed, run } from "./run.ts";

const crew = { bound: 4 };
const CREWS = {
	ending: new AbortController().signal,
	concurrency: 4,
	crews: { reading: new Crew(crew), copying: new Crew(crew) },
	watch: new SourceWatch(),
};

const NAMES = Array.from({ length: 300 }, (_, n) => `docker/registry/odd/${n}`);

test("copy › ends when the index cannot be written: what failed would be forgotten, and what needs it be published (I1)", async () => {
	const table = openTable(undefined);
	const index = new ObjectIndex(table, 1000);
	for (const key of NAMES) {
		const object = { key, size: 1, content: undefined, version: "" };
		index.addSource({ ...object, kind: "other", state: State.copy });
	}
	// From here on it is full.
	table.statements.written.run = () => {
		throw Object.assign(new Error("database or disk is full"), {
			code: "ERR_SQLITE_ERROR",
			errcode: 13,
		});
	};
	const counts = new Counts();
	const copying = copy({
		source: await storeOf(NAMES.map((key) => [key, Buffer.from("1")])),
		target: new MemoryStore(),
		index,
		selection: undefined,
		trustsIndex: false,
		isTargetKnown: true,
		isUnproven: false,
		isDryRun: false,
		counts,
		observe: () => {},
		neededLayers: new NeededLayers(),
		...CREWS,
		maxFailures: 1000,
		signal: undefined,
		save: () => {},
	});
	await expect(copying).rejects.toThrow("full");
	expect(counts.failed).toBe(0);
	table.database.close();
});

test("copy › ends when what was copied cannot be saved", async () => {
	const table = openTable(undefined);
	const index = new ObjectIndex(table, 1000);
	const [key = ""] = NAMES;
	const object = { key, size: 1, content: undefined, version: "" };
	index.addSource({ ...object, kind: "other", state: State.copy });
	const source = await storeOf([[key, Buffer.from("1")]]);
	const copying = copy({
		source,
		target: new MemoryStore(),
		index,
		selection: undefined,
		trustsIndex: false,
		isTargetKnown: true,
		isUnproven: false,
		isDryRun: false,
		counts: new Counts(),
		observe: () => {},
		neededLayers: new NeededLayers(),
		...CREWS,
		maxFailures: 1000,
		signal: undefined,
		save: () => {
			throw new Error("it cannot be saved");
		},
	});
	await expect(copying).rejects.toThrow("it cannot be saved");
	table.database.close();
});

test.skipIf(!canMount)(
	"sync › on a full disk for the index, says which one and what to do; the target is closed (I1), and the next pass goes on",
	async () => {
		using root = new TemporaryRoot();
		expect(mountAt(root.path)).toBe(true);
		const registry = new Map(smallRegistry());
		for (let tag = 0; tag < 40; tag++)
			for (const [key, content] of pushWrites("acme/many", `v${tag}`, [
				`${tag}`,
			]))
				registry.set(key, content);
		const source = await storeOf(registry);
		const target = new MemoryStore();
		try {
			const indexPath = join(root.path, "index.sqlite");
			const failing = run(source, target, { indexPath });
			await expect(failing).rejects.toBeInstanceOf(IndexError);
			await expect(failing).rejects.toMatchObject({
				message: `The index cannot be kept at ${indexPath}: there is no room left`,
				suggestions: [expect.stringMatching(/^Make room /)],
			});
		} finally {
			unmount(root.path);
		}
		await expectClosed(target, registry);
		expect((await run(source, target)).result.isComplete).toBe(true);
		expect((await contentOf(target)).size).toBe(registry.size);
	},
);
