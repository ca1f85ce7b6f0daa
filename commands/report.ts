import { Flags } from "@oclif/core";
import { BaseCommand } from "../src/cli/base-command.ts";
import { registryFlags } from "../src/cli/registry/registry-flags.ts";
import { stateDirectory, stateFlags } from "../src/cli/state-directory.ts";

export class Report extends BaseCommand {
	static override readonly summary =
		"Print the report of a cutover, or of the way back, again";
	static override readonly description =
		"Made of what was noted: who did it and when (UTC, and the time of this machine), which nodes, each step with its time, how long pushes were refused, what was copied, deleted and verified, what was changed in each node's configuration, without secrets, and what is left to people. Without flags, of every registry in the state directory. It is Markdown, or a page by itself; --json has the same for programs. Asks no node and changes nothing.";

	static override readonly examples = [
		"<%= config.bin %> report > cutover.md",
		"<%= config.bin %> report --format html > cutover.html",
		"<%= config.bin %> report --registry-file regmigrate.yml --json",
	];

	static override readonly flags = {
		format: Flags.option({
			options: ["markdown", "html"] as const,
			default: "markdown" as const,
			description: "html: a page by itself, to be read and printed",
		})(),
		...registryFlags,
		...stateFlags,
	};

	async run(): Promise<object> {
		const { flags } = await this.parse(Report);
		const { seeCourses } = await import("../src/cli/cutover/status.ts");
		const { reportOf, reportText } = await import(
			"../src/cli/cutover/report.ts"
		);
		const { isSeen } = await import("../src/cli/cutover/seen-courses.ts");
		const named = flags["state-directory"];
		const directory = stateDirectory(named, process.env, process.getuid?.());
		const courses = await seeCourses(flags, directory);
		for (const one of courses) if (!isSeen(one)) throw one.problem;
		const reports = courses.flatMap((one) =>
			isSeen(one) ? (reportOf(one) ?? []) : [],
		);
		this.log(reportText(reports, directory, flags.format));
		return { reports };
	}
}
