import { chmodSync, renameSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bytes, expectCode } from "../../conformance/objects.ts";
import { TemporaryRoot } from "./temporary-root.ts";

/** A user without any rights of its own. */
const NOBODY = 65_534;

/** Acts while directories have these modes; not as root, to whom they mean nothing. */
async function restricted(
	root: TemporaryRoot,
	modes: Readonly<Record<string, number>>,
	act: () => Promise<void>,
): Promise<void> {
	const isRoot = process.geteuid?.() === 0;
	chmodSync(root.path, 0o755);
	for (const [name, mode] of Object.entries(modes))
		chmodSync(root.at(name), mode);
	if (isRoot) process.seteuid?.(NOBODY);
	try {
		await act();
	} finally {
		if (isRoot) process.seteuid?.(0);
		// So that they can be removed.
		for (const name of Object.keys(modes)) chmodSync(root.at(name), 0o755);
	}
}

describe("what its user may not read", () => {
	test("is reported, and the rest is listed (I2)", async () => {
		using root = new TemporaryRoot();
		await root.fill("a/1", "closed/1", "d/1", "names-only/1");
		const modes = { closed: 0o000, "names-only": 0o444 };
		await restricted(root, modes, async () => {
			expect(await root.list()).toEqual({
				prefixes: [],
				keys: ["a/1", "d/1"],
				unreadable: [
					["closed/", "permission-denied"],
					["names-only/1", "permission-denied"],
				],
			});
			await expectCode(root.list({ prefix: "closed/" }), "permission-denied");
			await expectCode(root.store.head("closed/1"), "permission-denied");
			await expectCode(root.store.get("closed/1"), "permission-denied");
		});
	});

	test("is no reason to fail where a leaf is known by name", async () => {
		using root = new TemporaryRoot();
		await root.fill("d/data", "d/other");
		// It may be entered, but not read.
		await restricted(root, { d: 0o311 }, async () => {
			expect(await root.list({ only: () => ["data"] })).toEqual({
				prefixes: [],
				keys: ["d/data"],
				unreadable: [],
			});
		});
	});

	test("cannot be put or deleted, and says so", async () => {
		using root = new TemporaryRoot();
		await root.fill("a/1");
		await restricted(root, { a: 0o555 }, async () => {
			const { store } = root;
			await expectCode(store.put("a/2", bytes("x")), "permission-denied");
			await expectCode(store.put("a/b/2", bytes("x")), "permission-denied");
			const failures = await store.delete(["a/1", "a/absent"]);
			expect([...failures].map(([key, { code }]) => [key, code])).toEqual([
				["a/1", "permission-denied"],
			]);
			expect(failures.get("a/1")?.suggestions.join()).toContain("root");
		});
	});
});

test("what lies too deep for a path is reported (I2)", async () => {
	using root = new TemporaryRoot();
	const deep = Array.from({ length: 12 }, () => "d".repeat(200)).join("/");
	await root.fill("a", `${deep}/1`, `other/${deep}/2`, "z");
	// Each half can be made by its path; together they exceed what the kernel takes.
	renameSync(root.at("other"), root.at(deep, "other"));
	const { keys, unreadable } = await root.list();
	renameSync(root.at(deep, "other"), root.at("other"));
	expect(keys).toEqual(["a", `${deep}/1`, "z"]);
	expect(unreadable.map(([, code]) => code)).toEqual(["unsupported"]);
});
