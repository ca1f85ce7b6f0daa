import { Config, type Interfaces } from "@oclif/core";
import { asksForJson, readCommandLine } from "./command-line.ts";
import { errorJson, errorText, exitCodeOf } from "./error-report.ts";
import { EXIT } from "./exit-codes.ts";
import { ProgramHelp } from "./help.ts";
import { PACKAGE, PACKAGE_ROOT } from "./package-metadata.ts";
import { fromParser } from "./parse-errors.ts";
import {
	type CommandTable,
	type TopicTable,
	tablePlugin,
} from "./table-plugin.ts";
import { columnsOf } from "./wrapped.ts";

/** Does what the arguments ask for, and sets the process's exit code. Errors are reported here and nowhere else. */
export async function runProgram(
	table: CommandTable,
	topics: TopicTable,
	argv: readonly string[],
): Promise<void> {
	endWhenOutputFails();
	using _ = failsUntilDone();
	try {
		await execute(table, topics, argv);
	} catch (error) {
		process.exitCode = exitCodeOf(error);
		if (asksForJson(argv)) process.stdout.write(errorJson(error));
		else process.stderr.write(errorText(error, columnsOf(process.stderr)));
	}
}

async function execute(
	table: CommandTable,
	topics: TopicTable,
	argv: readonly string[],
): Promise<void> {
	const request = readCommandLine(argv, Object.keys(table));
	const pjson: Interfaces.PJSON = {
		...PACKAGE,
		oclif: { bin: PACKAGE.name, topicSeparator: " " },
	};
	const plugin = tablePlugin(table, topics, pjson);
	const config = await Config.load({
		root: PACKAGE_ROOT,
		pjson,
		plugins: new Map([[plugin.name, plugin]]),
	});
	switch (request.type) {
		case "version":
			process.stdout.write(`${config.userAgent}\n`);
			break;
		case "help":
			await new ProgramHelp(config).showHelp(
				request.id === undefined ? [] : [request.id],
			);
			break;
		case "run": {
			const { id } = request;
			const command = await config.findCommand(id, { must: true }).load();
			try {
				await config.runCommand(id, [...request.argv]);
			} catch (error) {
				throw fromParser(error, id, command);
			}
			break;
		}
		default:
			request satisfies never;
	}
}

/**
 * A process of Node that waits for what never comes ends, with 0, as if all were done. Until this is disposed, that is a
 * failure.
 */
function failsUntilDone(): Disposable {
	const fail = (code: number) => {
		if (code !== EXIT.done) return;
		process.exitCode = EXIT.failed;
		process.stderr.write(
			"Error: It stopped before its end, which was not foreseen: please report it. What was noted is known to the next run\n",
		);
	};
	process.once("exit", fail);
	return {
		[Symbol.dispose]() {
			process.off("exit", fail);
		},
	};
}

/**
 * A reader of the output that goes away (`| head`) is no failure; output that cannot be written (a full disk) is one,
 * and must not end with a code that says that all is well.
 */
function endWhenOutputFails(): void {
	// Before the listener of oclif, which would throw.
	process.stdout.prependListener("error", (error) => {
		if (isGoneReader(error)) return;
		process.stderr.write(
			`Error: Cannot write to standard output: ${error.message}\n`,
		);
		process.exit(EXIT.failed);
	});
	process.stderr.on("error", (error) => {
		if (!isGoneReader(error)) process.exit(EXIT.failed);
	});
}

function isGoneReader(error: Error): boolean {
	return "code" in error && error.code === "EPIPE";
}
