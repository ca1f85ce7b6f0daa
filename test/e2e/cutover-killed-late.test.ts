import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { hasTools } from "../support/services.ts";
import {
	expectOnTarget,
	installed,
	push,
	restart,
	run,
	stateOf,
} from "./installed-registry.ts";
import { describeKilled, LATE } from "./killed-cutover.ts";
import { killedIn } from "./killed-in.ts";

describe.skipIf(!hasTools("registry-3", "minio"))(
	"cutover › from the switch on",
	() => {
		describeKilled(LATE);

		test("killed after the switch, it is gone on with or put back, and nothing comes in between", async () => {
			const { registry, words, node, before } = await installed("3");
			await killedIn("canary", words);
			const left = readFileSync(registry.configFile);
			// By whoever knows only these commands.
			for (const command of [["readonly", "off"], ["readonly", "on"], ["gc"]]) {
				const { stderr } = await run(4, ...command, ...node, "--yes");
				expect(stderr).toContain("A cutover of this registry was begun by");
				expect(stderr).toContain('the step "canary"');
			}
			expect(readFileSync(registry.configFile)).toEqual(left);
			const { stdout } = await run(0, "readonly", "status", ...node);
			expect(stdout).toContain("Run the same cutover again");
			// By hand.
			writeFileSync(registry.configFile, before);
			await restart(registry);
			await push(registry, "team/app", "meanwhile");
			const { stderr } = await run(5, ...words);
			// It is seen by whichever proof comes first.
			expect(stderr).toContain(
				"All is as it was: the registry is on the source",
			);
			expect(readFileSync(registry.configFile)).toEqual(before);
			expect(await stateOf(registry)).toBe("writable");
		});

		test("killed after read-write, and then made read-only by hand, it takes writes again before that counts as done", async () => {
			const at = await installed("3");
			const { registry, words } = at;
			await killedIn("confirm", words);
			const left = readFileSync(registry.configFile, "utf8");
			const closed = left.replace(/(readonly:\s+enabled: )false/, "$1true");
			writeFileSync(registry.configFile, closed);
			await restart(registry);
			expect(await stateOf(registry)).toBe("read-only");
			const { stdout } = await run(0, ...words);
			expect(stdout).toContain('"read-write" had brought about is no longer');
			await expectOnTarget(at);
		});
	},
);
