import {
	mkdirSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { canMount, mountAt, unmount } from "./temporary-mount.ts";
import { TemporaryRoot } from "./temporary-root.ts";

/** Acts when the walk is about to enter a directory: it has read the one above, and not yet this one. */
function whenEntering(prefix: string, act: () => void) {
	return (asked: string) => {
		if (asked === prefix) act();
		return false;
	};
}

const remove = (path: string) => rmSync(path, { recursive: true });

describe("what vanishes during the walk", () => {
	test("is absent when its directory, read again, says so", async () => {
		using root = new TemporaryRoot();
		await root.fill("a/1", "b/1", "c", "d/1");
		const prune = whenEntering("b/", () => {
			remove(root.at("b"));
			remove(root.at("c"));
		});
		expect(await root.list({ prune })).toEqual({
			keys: ["a/1", "d/1"],
			prefixes: [],
			unreadable: [],
		});
	});

	test("is absent together with the directories above it", async () => {
		using root = new TemporaryRoot();
		await root.fill("a/1", "r/s/t/1", "r/s/u", "r/v", "z");
		const prune = whenEntering("r/s/t/", () => remove(root.at("r")));
		expect(await root.list({ prune })).toEqual({
			keys: ["a/1", "z"],
			prefixes: [],
			unreadable: [],
		});
	});

	test("is unknown when something else has its name (I2)", async () => {
		using root = new TemporaryRoot();
		await root.fill("a/1", "b/1", "c", "d/1");
		const prune = whenEntering("b/", () => {
			remove(root.at("b"));
			writeFileSync(root.at("b"), "");
			remove(root.at("c"));
			symlinkSync("nowhere", root.at("c"));
		});
		const { keys, unreadable } = await root.list({ prune });
		expect(keys).toEqual(["a/1", "d/1"]);
		expect(unreadable.map(([prefix]) => prefix)).toEqual(["b/", "c"]);
	});
});

describe("a root that goes away", () => {
	const exchanges: readonly (readonly [
		string,
		(root: TemporaryRoot) => void,
	])[] = [
		["is removed", (root) => remove(root.path)],
		[
			"is another one, empty as a mount point is",
			(root) => {
				renameSync(root.path, `${root.path}-away`);
				mkdirSync(root.path);
				remove(`${root.path}-away`);
			},
		],
	];

	test.each(exchanges)(
		"and %s makes everything unknown, not absent (I2)",
		async (_how, exchange) => {
			using root = new TemporaryRoot();
			await root.fill("a/1");
			exchange(root);
			const { store } = root;
			const unavailable = {
				code: "unavailable",
				reason: expect.stringContaining("mounted"),
			};
			await expect(root.list()).rejects.toMatchObject(unavailable);
			await expect(root.list({ prefix: "a/" })).rejects.toMatchObject(
				unavailable,
			);
			await expect(root.list({ prefix: "b/c/" })).rejects.toMatchObject(
				unavailable,
			);
			await expect(store.head("a/1")).rejects.toMatchObject(unavailable);
			await expect(store.get("a/1")).rejects.toMatchObject(unavailable);
			await expect(store.put("a/1", Buffer.from("x"))).rejects.toMatchObject(
				unavailable,
			);
			await expect(store.delete(["a/1"])).rejects.toMatchObject(unavailable);
		},
	);

	test.each(exchanges)(
		"during the walk and %s ends it (I2)",
		async (_how, exchange) => {
			using root = new TemporaryRoot();
			await root.fill("a/1", "b/1", "c");
			const prune = whenEntering("b/", () => exchange(root));
			await expect(root.list({ prune })).rejects.toMatchObject({
				code: "unavailable",
			});
		},
	);
});

/** A file system of its own, where this machine has one for tests. */
const SHARED_MEMORY = "/dev/shm";
const hasOtherDevice = (() => {
	using root = new TemporaryRoot();
	const device = statSync(SHARED_MEMORY, { throwIfNoEntry: false })?.dev;
	return device !== undefined && device !== statSync(root.path).dev;
})();

test.skipIf(!hasOtherDevice)(
	"what lay on a file system that is exchanged during the walk is unknown (I2)",
	async () => {
		using root = new TemporaryRoot();
		await root.fill("a/1", "z");
		mkdirSync(root.at("empty"));
		const mount = await mkdtemp(`${SHARED_MEMORY}/regmigrate-`);
		try {
			for (const name of ["b", "c"]) {
				mkdirSync(`${mount}/${name}`);
				writeFileSync(`${mount}/${name}/1`, "");
			}
			symlinkSync(mount, root.at("m"));
			const prune = whenEntering("m/c/", () => {
				remove(root.at("m"));
				symlinkSync("empty", root.at("m"));
			});
			const { keys, unreadable } = await root.list({ prune });
			expect(keys).toEqual(["a/1", "m/b/1", "z"]);
			expect(unreadable.map(([prefix]) => prefix)).toEqual(["m/c/"]);
		} finally {
			await rm(mount, { recursive: true });
		}
	},
);

test.skipIf(!canMount)(
	"what lay on a file system that is unmounted during the walk is unknown (I2)",
	async () => {
		using root = new TemporaryRoot();
		await root.fill("a/1", "z");
		mkdirSync(root.at("m"));
		expect(mountAt(root.at("m"))).toBe(true);
		await root.fill("m/b/1", "m/c/1");
		await setTimeout(200);
		const prune = whenEntering("m/c/", () => {
			expect(unmount(root.at("m"))).toBe(true);
		});
		const { keys, unreadable } = await root.list({ prune });
		expect(keys).toEqual(["a/1", "m/b/1", "z"]);
		expect(unreadable.map(([prefix]) => prefix)).toEqual(["m/c/"]);
	},
);
