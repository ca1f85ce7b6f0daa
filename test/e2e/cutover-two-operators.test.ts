import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { hasTools } from "../support/services.ts";
import {
	expectAsBefore,
	expectOnTarget,
	type InstalledRegistry,
	installed,
	run,
} from "./installed-registry.ts";
import { startProgram } from "./program.ts";
import { Told } from "./told.ts";

/** The same registry, as somebody with another state directory cuts it over. */
function elsewhere({ words, folder }: InstalledRegistry): readonly string[] {
	const state = join(folder, "state");
	return words.map((word) => (word === state ? `${state}-of-another` : word));
}

/** What is kept beside its configuration. */
function keptOf({ registry }: InstalledRegistry): readonly string[] {
	const kept = join(dirname(registry.configFile), ".regmigrate");
	return existsSync(kept) ? readdirSync(kept) : [];
}

describe.skipIf(!hasTools("registry-3", "minio"))("cutover › of two", () => {
	test("at the same time the second is refused, whatever it keeps what it knows in; the first goes on", async () => {
		const at = await installed();
		at.registry.let((times) => (times === 1 ? "hangs" : "restarts"));
		const first = new Told(
			await startProgram([...at.words, "--command-timeout=20s"]),
		);
		await at.registry.hanging;
		const text = readFileSync(at.registry.configFile);
		const same = await run(4, ...at.words);
		expect(same.stderr).toContain(
			`Somebody else is changing this registry: process ${first.program.child.pid} on `,
		);
		const other = await run(4, ...elsewhere(at));
		expect(other.stderr).toMatch(
			/ is in another cutover, begun by .*; that has not ended. Nothing was changed/,
		);
		expect(other.stderr).toContain("Run that one again, with its --state-dir");
		expect(other.stdout).toBe("");
		expect(readFileSync(at.registry.configFile)).toEqual(text);
		first.program.child.kill("SIGTERM");
		expect((await first.program.ended).exitCode).toBe(130);
		await expectAsBefore(at);
		expect(keptOf(at)).toEqual([]);
		// Nobody has it any more, and what was refused left nothing that had to be ended.
		await run(0, ...elsewhere(at));
		await expectOnTarget(at);
	});

	test("the first was killed: the second is refused, until the first has gone on to its end", async () => {
		const at = await installed();
		const first = new Told(await startProgram(at.words));
		await first.said("== switch:");
		first.program.child.kill("SIGKILL");
		await first.program.ended;
		const other = await run(4, ...elsewhere(at));
		expect(other.stderr).toContain("is in another cutover, begun by ");
		await run(0, ...at.words);
		await expectOnTarget(at);
		expect(keptOf(at).join()).not.toContain("config.yml.cutover");
	});

	test("the first has ended, and only its mark was left by a crash: the second goes on", async () => {
		const at = await installed();
		const first = new Told(await startProgram(at.words));
		await first.said("== catch up:");
		first.program.child.kill("SIGKILL");
		await first.program.ended;
		const mark = join(
			dirname(at.registry.configFile),
			".regmigrate/config.yml.cutover",
		);
		const content = readFileSync(mark);
		at.registry.let((times) => (times === 1 ? "fails" : "restarts"));
		await run(5, ...at.words);
		expect(keptOf(at)).toEqual([]);
		mkdirSync(dirname(mark), { recursive: true });
		writeFileSync(mark, content);
		await run(0, ...elsewhere(at));
		await expectOnTarget(at);
	});
});
