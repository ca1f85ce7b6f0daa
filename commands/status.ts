import { Flags } from "@oclif/core";
import { BaseCommand } from "../src/cli/base-command.ts";
import { EXIT } from "../src/cli/exit-codes.ts";
import { interruptible } from "../src/cli/interruption.ts";
import { registryFlags } from "../src/cli/registry/registry-flags.ts";
import { stateDirectory, stateFlags } from "../src/cli/state-directory.ts";
import { columnsOf, type Line, printed } from "../src/cli/wrapped.ts";

export class Status extends BaseCommand {
	static override readonly summary =
		"Tell how far a cutover is, while it runs or after it was killed";
	static override readonly description = [
		"Reads what cutover has noted, from any terminal of the same machine: who is at it, which steps are done, since when pushes are refused, and the command that goes on, or back. Without flags, of every registry in the state directory. Asks no node and changes nothing: readonly status asks them.",
		"With --follow it prints what cutover tells, as it comes, until nobody is at it any more. The exit code is then 0 when it has ended as it was to, 5 when all was put back, 4 when it was refused, 6 when somebody has to look, and 3 when it is unfinished and nobody is at it. Ctrl-C ends only the looking on.",
	].join("\n\n");

	static override readonly examples = [
		"<%= config.bin %> status",
		"<%= config.bin %> status --follow",
		"<%= config.bin %> status --registry-file regmigrate.yml --json",
	];

	static override readonly flags = {
		follow: Flags.boolean({
			char: "f",
			description:
				"print what happens until it has ended; with --json, a line of JSON for each event",
		}),
		...registryFlags,
		...stateFlags,
	};

	async run(): Promise<object | undefined> {
		const { flags } = await this.parse(Status);
		using interruption = interruptible();
		const { signal } = interruption;
		// Only here: no other command waits for what this needs.
		const { isSeen } = await import("../src/cli/cutover/seen-courses.ts");
		const { followToEnd, seeCourses, statusJson, statusText, theOne } =
			await import("../src/cli/cutover/status.ts");
		const named = flags["state-directory"];
		const directory = stateDirectory(named, process.env, process.getuid?.());
		const courses = await seeCourses(flags, directory);
		const isJson = this.jsonEnabled();
		const seen = flags.follow ? theOne(courses) : undefined;
		if (seen !== undefined) {
			const say = (line: Line) =>
				process.stdout.write(`${printed(line, columnsOf(process.stdout))}\n`);
			process.exitCode = await followToEnd(seen, { say, isJson, signal });
			return undefined;
		}
		const now = Date.now();
		for (const line of statusText(courses, directory, now)) this.say(line);
		if (flags.follow || !courses.every(isSeen))
			process.exitCode = EXIT.incomplete;
		return statusJson(courses, now);
	}
}
