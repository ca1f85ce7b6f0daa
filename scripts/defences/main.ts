import { fileURLToPath } from "node:url";
import type { Defence } from "./defence.ts";
import { type DefenceOptions, parseOptions, USAGE } from "./options.ts";
import { DEFENCES } from "./table.ts";
import { type Tried, tryDefences } from "./try-defences.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

function tell(line: string): void {
	process.stdout.write(`${line}\n`);
}

function say(line: string): void {
	process.stderr.write(`${line}\n`);
}

function listed({ name, against, removed, test }: Defence): string {
	const files = [...new Set(removed.map(({ file }) => file))].join(", ");
	return `${name}: against ${against}, in ${files}; by ${test.file}, ${test.name}`;
}

function line({ defence, verdict, ms }: Tried): string {
	const { name, against } = defence;
	const what = {
		red: "red without it",
		green: "STAYS GREEN without it",
		unproven: "UNPROVEN",
	}[verdict.type];
	const because = "because" in verdict ? `: ${verdict.because}` : "";
	return `${name} (${against}): ${what}${because} (${(ms / 1000).toFixed(1)} s)`;
}

/** Tries them; the exit code. */
async function run(
	{ defences, isList }: DefenceOptions,
	signal: AbortSignal,
): Promise<number> {
	if (isList) {
		for (const defence of defences) tell(listed(defence));
		return 0;
	}
	const began = performance.now();
	const counts = { red: 0, green: 0, unproven: 0 };
	for await (const tried of tryDefences(defences, {
		...{ root: ROOT, signal, say },
	})) {
		counts[tried.verdict.type]++;
		tell(line(tried));
	}
	const minutes = ((performance.now() - began) / 60_000).toFixed(1);
	tell(
		`Of ${defences.length} defences, the tests of ${counts.red} fail without them, of ${counts.green} they do not, and of ${counts.unproven} nothing can be told (${minutes} min).`,
	);
	return counts.red === defences.length ? 0 : 1;
}

function sentence(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

const interrupt = new AbortController();
// They stay registered (not `once`): while somebody handles a signal, what has to be cleaned up is left to him.
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
	process.on(name, () => interrupt.abort());
try {
	const options = parseOptions(process.argv.slice(2), DEFENCES);
	if (options === undefined) process.stdout.write(USAGE);
	else process.exitCode = await run(options, interrupt.signal);
} catch (error) {
	const isInterrupted = interrupt.signal.aborted;
	say(isInterrupted ? "Interrupted." : sentence(error));
	process.exitCode = isInterrupted ? 130 : 1;
}
