import { bench } from "./bench.ts";
import { benchCutover } from "./cutover/bench-cutover.ts";
import { CUTOVER_USAGE, parseCutoverOptions } from "./cutover/options.ts";
import { parseOptions, USAGE } from "./options.ts";
import { say } from "./say.ts";
import { benchStores } from "./stores/bench-stores.ts";
import {
	parseStoreOptions,
	STORES_USAGE,
	type StoreBenchOptions,
} from "./stores/options.ts";
import { formatStoreTables } from "./stores/table.ts";

/** Measures the stores alone, and reports. */
async function benchOfStores(
	options: StoreBenchOptions,
	signal: AbortSignal,
): Promise<number> {
	const results = await benchStores(options, signal, (result) =>
		say(
			`${result.store}, ${result.operation}: ${result.client} ${result.cpuMs.toFixed(3)} ms`,
		),
	);
	process.stdout.write(`\n${formatStoreTables(results)}\n`);
	return 0;
}

/** Reads the command line, and does what it says; the exit code. */
async function run<T>(
	parse: () => T | undefined,
	usage: string,
	act: (options: T, signal: AbortSignal) => Promise<number>,
): Promise<number> {
	let options: T | undefined;
	try {
		options = parse();
	} catch (error) {
		say(`${sentence(error)}\n\n${usage}`);
		return 2;
	}
	if (options === undefined) {
		process.stdout.write(usage);
		return 0;
	}
	// Nothing ends by itself here: tools, buckets, server and folders are taken away on the way out.
	const interrupt = new AbortController();
	// They stay registered (not `once`): while somebody handles a signal, the services leave the ending to him.
	for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
		process.on(name, () => interrupt.abort());
	try {
		return await act(options, interrupt.signal);
	} catch (error) {
		if (interrupt.signal.aborted) return 130;
		say(sentence(error));
		return 1;
	}
}

function sentence(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

const [first, ...rest] = process.argv.slice(2);
switch (first) {
	case "stores":
		process.exitCode = await run(
			() => parseStoreOptions(rest),
			STORES_USAGE,
			benchOfStores,
		);
		break;
	case "cutover":
		process.exitCode = await run(
			() => parseCutoverOptions(rest),
			CUTOVER_USAGE,
			benchCutover,
		);
		break;
	default:
		process.exitCode = await run(
			() => parseOptions(process.argv.slice(2)),
			USAGE,
			bench,
		);
}
