import {
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
	fenceSource,
	forgetFence,
	isFenced,
	requireFenceRecord,
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

test("a record that is damaged is refused before anything is changed, with the way to go on by hand", async () => {
	const folder = temporaryFolder();
	const root = join(folder, "registry");
	mkdirSync(join(root, "docker/registry/v2"), { recursive: true });
	await using source = await openStore(new URL(`file://${root}`));
	const state = join(folder, "state");
	const world = {
		...{ source, observe: () => {} },
		fencePath: join(state, "fence"),
	};
	requireFenceRecord(world);
	await fenceSource(world, {});
	requireFenceRecord(world);
	const [name = ""] = readdirSync(state);
	const record = join(state, name);
	const whole = readFileSync(record);
	truncateSync(record, statSync(record).size / 2);
	expect(() => requireFenceRecord(world)).toThrow(
		expect.objectContaining({
			code: "refused",
			message: expect.stringContaining(
				`is kept in ${record}, which is damaged`,
			),
			suggestions: expect.arrayContaining([
				expect.stringContaining(
					`chattr -R -i ${root}/docker/registry/v2/; chmod -R u+w `,
				),
			]),
		}),
	);
	writeFileSync(record, "no database at all".repeat(99));
	expect(() => requireFenceRecord(world)).toThrow("is damaged");
	writeFileSync(record, whole);
	await unfenceSource(world, {});
});
