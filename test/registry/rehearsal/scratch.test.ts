import { expect, test } from "vitest";
import {
	leftScratch,
	newScratch,
} from "../../../src/registry/rehearsal/scratch.ts";
import { MemoryStore } from "../../../src/store/memory.ts";

test("a scratch place is emptied, and nothing beside it is touched", async () => {
	const target = new MemoryStore();
	const scratch = newScratch(target);
	const other = newScratch(target);
	const bytes = Buffer.from("x");
	await target.put("docker/registry/v2/x", bytes);
	await target.put(`${scratch.name}x/y`, bytes);
	await other.store("pulls").put("kept", bytes);
	for (let number = 0; number < 1200; number++)
		await scratch.store("pulls").put(`docker/${number}`, bytes);
	await scratch.store("pushes-1").put("docker/x", bytes);

	expect(await leftScratch(target, undefined)).toEqual(
		[scratch.name, other.name].sort(),
	);
	expect(await scratch.remove()).toBe(1201);
	expect(await scratch.remove()).toBe(0);
	expect(await leftScratch(target, undefined)).toEqual([other.name]);
	expect(await target.head(`${scratch.name}x/y`)).toBeDefined();
	expect(await target.head("docker/registry/v2/x")).toBeDefined();
	expect(await other.store("pulls").head("kept")).toBeDefined();
});

test("a driver is told of it below what it is told of the target", () => {
	const scratch = newScratch(new MemoryStore());
	const root = (rootdirectory: string | undefined) =>
		scratch.storage(
			{
				driver: "s3",
				parameters: {
					bucket: "b",
					...(rootdirectory === undefined ? {} : { rootdirectory }),
				},
			},
			"pulls",
		).parameters;
	expect(root("/pre/fix")).toEqual({
		bucket: "b",
		rootdirectory: `/pre/fix/${scratch.name}/pulls`,
	});
	expect(root(undefined)).toEqual({
		bucket: "b",
		rootdirectory: `/${scratch.name}/pulls`,
	});
});
