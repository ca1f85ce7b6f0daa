import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeResult, runProgram } from "../support/program.ts";
import { migration, registryKeys } from "./folders.ts";

test("a delete plan is made and shown by a dry run, and carried out later where nobody can be asked", async () => {
	const { folder, source, target } = migration();
	await runProgram(["sync", source, target]);
	const repositories = join(source, "docker/registry/v2/repositories");
	const [group = ""] = readdirSync(repositories);
	const [first = ""] = readdirSync(join(repositories, group));
	const tags = join(repositories, group, first, "_manifests/tags");
	const [tag = ""] = readdirSync(tags);
	rmSync(join(tags, tag), { recursive: true });

	const plan = join(folder, "plan.txt");
	const argv = ["sync", source, target, "--delete", "--delete-plan", plan];
	const dry = await runProgram([...argv, "--dry-run"]);
	expect(dry, describeResult(dry)).toMatchObject({ exitCode: 0, stderr: "" });
	const shown = [...dry.stdout.matchAll(/^\(dryrun\) delete: (.*)$/gm)];
	const keys = readFileSync(plan, "utf8")
		.split("\n")
		.filter((line) => line !== "" && !line.startsWith("#"));
	expect(shown.map(([, path]) => path)).toEqual(
		keys.map((key) => join(target, key)),
	);
	expect(dry.stdout).toMatch(
		/^Would delete 2 objects \(142 B\) that the source does not have: 1 tag and 1 other link\.$/m,
	);
	expect(dry.stdout).toContain(
		`The delete plan is in ${plan}: 2 objects. When you have looked at it, --delete --delete-plan ${plan} carries it out.\n`,
	);

	const [second = ""] = readdirSync(tags);
	const index = join(tags, second, "index/sha256");
	const [digest = ""] = readdirSync(index);
	rmSync(join(index, digest), { recursive: true });
	const refused = await runProgram([...argv, "--json"]);
	expect(refused).toMatchObject({ exitCode: 4, stderr: "" });
	expect(JSON.parse(refused.stdout)).toMatchObject({
		error: { code: "beyond-delete-plan" },
	});

	const done = await runProgram([...argv, "--max-delete", "1", "--json"]);
	expect(done, describeResult(done)).toMatchObject({ exitCode: 0, stderr: "" });
	expect(JSON.parse(done.stdout)).toMatchObject({
		deleted: { objects: 3 },
		deletePlan: { objects: 3, tags: 1, links: 2, blobs: 0, beyondPlan: 1 },
	});
	expect(registryKeys(target)).toEqual(registryKeys(source));
});
