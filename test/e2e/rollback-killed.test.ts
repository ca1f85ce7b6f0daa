import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ROLLBACK_STEPS } from "../../src/cutover/rollback/rollback-steps.ts";
import { hasTools } from "../support/services.ts";
import {
	expectAsBefore,
	installed,
	push,
	pushing,
	rollbackWords,
	run,
	stateOf,
} from "./installed-registry.ts";
import { killedIn } from "./killed-in.ts";
import { tagDigests } from "./registry-client.ts";
import { treeKeys } from "./tree.ts";

/** What only registries with a metadata database need: `rollback-database.test.ts`. */
const OF_DATABASE = ["witness", "pause collection", "resume collection"];

describe.skipIf(!hasTools("registry-3", "minio"))("a rollback", () => {
	test.each(
		ROLLBACK_STEPS.map(({ name }) => name).filter(
			(name) => !OF_DATABASE.includes(name),
		),
	)(
		"killed in the middle of %s, while a client pushes, is gone on with by the same command",
		async (step) => {
			const installation = await installed();
			const { registry, words, before } = installation;
			await run(0, ...words);
			await push(registry, "team/new", "v1");
			const stop = pushing(registry);
			await killedIn(step, rollbackWords(installation));
			await run(0, ...rollbackWords(installation));
			const { acknowledged } = await stop();
			expect(readFileSync(registry.configFile)).toEqual(before);
			expect(await stateOf(registry)).toBe("writable");
			const tags = await tagDigests(registry.server());
			for (const name of ["team/app:v1", "team/new:v1", ...acknowledged])
				expect(tags.get(name), name).toMatch(/^sha256:/);
			expect(treeKeys(registry.storage).join("\n")).toContain("team/new/");
		},
	);

	test("of a cutover that was killed before the point of no return undoes what it has begun", async () => {
		const installation = await installed();
		await killedIn("canary", installation.words);
		const { stdout } = await run(0, ...rollbackWords(installation));
		expect(stdout).toContain("The cutover was undone");
		await expectAsBefore(installation);
	});

	test("of a cutover that was killed in read-write brings it back", async () => {
		const installation = await installed();
		await killedIn("read-write", installation.words);
		await run(0, ...rollbackWords(installation));
		await expectAsBefore(installation);
	});
});
