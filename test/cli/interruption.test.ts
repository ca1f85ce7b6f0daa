import { once } from "node:events";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Interruption, interruptible } from "../../src/cli/interruption.ts";
import {
	finished,
	type RunningProgram,
	runProgram,
	startProgram,
} from "../support/program.ts";
import { type Migration, migration, registryKeys } from "./folders.ts";

/** A pass that has begun to copy, and waits in the midst of it: its lines do not fit into a pipe that nobody reads. */
async function copying(): Promise<
	Migration & { readonly program: RunningProgram }
> {
	const objects = { repositories: 4, tagsPerRepository: 4, layersPerTag: 3 };
	const sides = migration(objects, `${"long/".repeat(200)}path`);
	const { source, target } = sides;
	const program = await startProgram(["sync", source, target, "--verbose"]);
	await once(program.stdout, "readable");
	return { ...sides, program };
}

const GO_ON =
	/^Stopped after [\d,]+ objects? of [\d,]+\. Run the same command again to go on; what was copied is not copied twice\.\n/;

describe("sync", () => {
	test("ends on Ctrl-C with 130, says how to go on, and goes on", async () => {
		const { source, target, program } = await copying();
		program.child.kill("SIGINT");
		const { exitCode, stderr } = await finished(program);
		expect(exitCode).toBe(130);
		expect(stderr).toMatch(GO_ON);
		expect(stderr.split("\n").slice(1)).toEqual(["Interrupted.", ""]);
		const copied = registryKeys(target);
		expect(copied.length).toBeGreaterThan(0);
		expect(copied.length).toBeLessThan(registryKeys(source).length);
		expect(copied.filter((key) => key.endsWith(".tmp"))).toEqual([]);

		const again = await runProgram(["sync", source, target]);
		expect(again).toMatchObject({ exitCode: 0, stderr: "" });
		expect(again.stdout).toMatch(
			new RegExp(`; ${copied.length} objects \\(.*\\) already the same\\.`),
		);
		expect(registryKeys(target)).toEqual(registryKeys(source));
	});

	test("ends on a second Ctrl-C at once", async () => {
		const { program } = await copying();
		program.child.kill("SIGINT");
		program.child.kill("SIGINT");
		const { exitCode } = await finished(program);
		expect(exitCode).toBe(130);
		expect(program.child.signalCode).toBeNull();
	});

	test("ends when the reader of its output has gone, as with head", async () => {
		const { program } = await copying();
		program.stdout.destroy();
		const { exitCode, stderr } = await program.ended;
		expect(exitCode).toBe(130);
		expect(stderr).toMatch(GO_ON);
		expect(stderr.split("\n").slice(1)).toEqual([
			"The reader of the output has gone.",
			"",
		]);
	});
});

describe("interruptible", () => {
	afterEach(() => vi.restoreAllMocks());

	test.for([
		["SIGINT", "Interrupted"],
		["SIGTERM", "Interrupted (SIGTERM)"],
		["SIGHUP", "Interrupted (SIGHUP)"],
	] as const)(
		"aborts on %s, and exits with 130 on the next",
		([name, message]) => {
			const exit = vi.spyOn(process, "exit").mockImplementation(() => {
				throw new Error("exited");
			});
			using interruption = interruptible();
			expect(interruption.signal.aborted).toBe(false);
			process.emit(name, name);
			expect(interruption.signal.reason).toEqual(new Interruption(message));
			expect(exit).not.toHaveBeenCalled();
			expect(() => process.emit(name, name)).toThrow("exited");
			expect(exit).toHaveBeenCalledWith(130);
		},
	);

	test("gives the signals back", () => {
		const before = process.listenerCount("SIGINT");
		const interruption = interruptible();
		expect(process.listenerCount("SIGINT")).toBe(before + 1);
		interruption[Symbol.dispose]();
		expect(process.listenerCount("SIGINT")).toBe(before);
	});
});
