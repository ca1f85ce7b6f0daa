import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PAUSED } from "../../../src/registry/meanwhile.ts";
import type { Change } from "../../../src/registry/node.ts";
import { CONFIGURATION, WaitingNode } from "./node.ts";

const STORAGE = { driver: "s3", parameters: { bucket: "b", region: "r" } };

/** A node as a cutover leaves it. */
async function moved(): Promise<WaitingNode> {
	const at = new WaitingNode();
	await bring(await at.node.change({ readOnly: true }));
	const switched = { storage: STORAGE, redirectDisabled: true };
	await bring(await at.node.change({ ...switched, database: false }));
	await at.node.accept("id");
	await bring(await at.node.change({ readOnly: false }));
	await at.node.accept("id");
	return at;
}

/** Goes all the way back, and answers what was said on it and what the file was in between. */
async function goBack({ node }: WaitingNode) {
	await bring(await node.change({ readOnly: true }));
	const first = await node.restore("id", { readOnly: true });
	await bring(first);
	const second = await node.restore("id", { readOnly: false });
	await bring(second);
	return { between: first.files[0]?.after, notes: second.notes };
}

describe("a node that was moved to another storage, and accepted", () => {
	test("stays there when what was done since is undone", async () => {
		const at = await moved();
		const { text, node } = at;
		expect(await node.undo()).toMatchObject({ files: [], commands: [] });
		await bring(await node.change({ readOnly: true }));
		await bring(await node.undo());
		expect(at.text).toBe(text);
	});

	test("goes back byte for byte, by way of refusing writes", async () => {
		const at = await moved();
		const { between, notes } = await goBack(at);
		expect(between).toBe(
			CONFIGURATION.replace(
				"http:",
				"  maintenance:\n    readonly:\n      enabled: true\nhttp:",
			),
		);
		expect(at.text).toBe(CONFIGURATION);
		expect(notes).toEqual([]);
		const kept = join(at.folder, ".regmigrate/config.yml");
		expect(existsSync(kept)).toBe(false);
	});

	test("is back already when that is asked for again, and nothing leads forward any more", async () => {
		const at = await moved();
		await goBack(at);
		const again = await at.node.restore("id", { readOnly: false });
		expect(again.files).toEqual([]);
		await bring(again);
		expect(await at.node.undo()).toMatchObject({ files: [], commands: [] });
		expect(at.text).toBe(CONFIGURATION);
	});

	test("keeps what others have edited since, beside what is ours and in the same section", async () => {
		const at = await moved();
		const theirs = (text: string) =>
			text
				.replace(":5000", ":6000")
				.replace("storage:\n", "storage:\n  delete: {enabled: true}\n");
		writeFileSync(at.configuration, theirs(at.text));
		const { notes } = await goBack(at);
		expect(at.text).toBe(theirs(CONFIGURATION));
		expect(notes.join()).toMatch(/changed by somebody else since/);
	});

	test.each([
		["the bucket", "bucket: b", "bucket: another", "storage.s3"],
		[
			"what it says of redirects",
			"disable: true",
			"disable: 1",
			"storage.redirect.disable",
		],
	])(
		"is left where it is when others have changed %s",
		async (_, ours, theirs, key) => {
			const at = await moved();
			const text = at.text.replace(ours, theirs);
			writeFileSync(at.configuration, text);
			const restore = at.node.restore("id", { readOnly: true });
			await expect(restore).rejects.toMatchObject({ code: "changed" });
			await expect(restore).rejects.toThrow(`${key}, which regmigrate had set`);
			expect(at.text).toBe(text);
		},
	);

	test("goes back with its database pinned and its garbage kept, until both are as they were", async () => {
		const original = `${CONFIGURATION}database: {enabled: prefer} # ours
gc:
  maxbackoff: 24h
`;
		const at = new WaitingNode();
		const { node } = at;
		writeFileSync(at.configuration, original);
		await bring(await node.change(PAUSED));
		await bring(await node.change({ readOnly: true, storage: STORAGE }));
		await node.accept("id");
		await bring(await node.change({ readOnly: false }));
		await bring(await node.change({ onlineGarbageCollection: true }));
		await node.accept("id");
		const target = at.text;
		await bring(await node.change(PAUSED));
		await bring(await node.change({ readOnly: true }));
		for (const readOnly of [true, false]) {
			const options = { readOnly, isCollectionPaused: true };
			await bring(await node.restore("id", options));
			expect(await node.settings()).toMatchObject({
				...{ readOnly, database: "on", onlineGarbageCollection: false },
				storage: { driver: "filesystem" },
			});
			const again = await node.restore("id", options);
			expect([again.files, again.commands]).toEqual([[], []]);
			// What is done so far may be given up still.
			expect((await node.undo()).files[0]?.after).toBe(target);
		}
		await bring(await node.restore("id", { readOnly: false }));
		expect(at.text).toBe(original);
		expect((await node.undo()).files).toEqual([]);
	});

	test("is left where it is when nothing is kept under that name", async () => {
		const { node } = await moved();
		await expect(
			node.restore("other", { readOnly: true }),
		).rejects.toMatchObject({ code: "not-found" });
	});
});

async function bring(change: Change): Promise<void> {
	await change.write();
	await change.activate();
}
