import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
	fenceSource,
	forgetFence,
	isFenced,
	unfenceSource,
} from "../../../src/cutover/fence/fence-source.ts";
import { openStore } from "../../../src/store/open.ts";
import { temporaryFolder } from "../../registry/support/temporary-folder.ts";

test("that a source was fenced is known until it is fenced again, or has to be no more", async () => {
	const folder = temporaryFolder();
	const root = join(folder, "registry");
	const directory = join(root, "docker/registry/v2");
	mkdirSync(directory, { recursive: true });
	await using source = await openStore(new URL(`file://${root}`));
	const world = {
		...{ source, observe: () => {} },
		fencePath: join(folder, "state/fence"),
	};
	const isWritable = () => (statSync(directory).mode & 0o200) !== 0;
	expect(isFenced(world)).toBe(false);
	await fenceSource(world, {});
	expect([isFenced(world), isWritable()]).toEqual([true, false]);
	await unfenceSource(world, { isForNow: true });
	expect([isFenced(world), isWritable()]).toEqual([true, true]);
	await fenceSource(world, {});
	forgetFence(world);
	expect([isFenced(world), isWritable()]).toEqual([true, false]);
	await unfenceSource(world, { isForNow: true });
	forgetFence(world);
	expect([isFenced(world), isWritable()]).toEqual([false, true]);
});
