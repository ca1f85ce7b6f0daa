import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { STORES, type StoreName } from "./measurement.ts";

/** What is measured, and how often. */
export interface StoreBenchOptions {
	readonly stores: readonly StoreName[];
	/** Puts that are counted; of an SDK a tenth of them. */
	readonly puts: number;
	/** Pages that are counted, likewise. */
	readonly pages: number;
	readonly rounds: number;
	/** Where CPU profiles go; undefined: none are made. */
	readonly profileFolder: string | undefined;
}

/** What `stores --help` prints. */
export const STORES_USAGE = `Measures the CPU time that each store takes for a small put and for a page of a listing, against a server
that answers at once from memory, beside the bare requests and beside the provider's own library.

  npm run bench -- stores [OPTIONS]

  --stores NAMES      ${STORES.join(",")}; default all
  --puts N            of 71 bytes, 32 at a time; default 20000
  --pages N           of 1,000 keys; default 200
  --rounds N          everything in turn, N times; medians are reported; default 1, which is good on an idle machine
  --profile FOLDER    writes a CPU profile of each process there, for Chrome's or VS Code's viewer
`;

/** Reads the command line after "stores"; undefined when it asks for help. Throws a sentence on what it cannot read. */
export function parseStoreOptions(
	commandLine: readonly string[],
): StoreBenchOptions | undefined {
	const { values } = parseArgs({
		args: [...commandLine],
		options: {
			stores: { type: "string", default: STORES.join(",") },
			puts: { type: "string", default: "20000" },
			pages: { type: "string", default: "200" },
			rounds: { type: "string", default: "1" },
			profile: { type: "string" },
			help: { type: "boolean" },
		},
	});
	if (values.help) return undefined;
	return {
		stores: values.stores.split(",").map(parseStore),
		puts: count("--puts", values.puts),
		pages: count("--pages", values.pages),
		rounds: count("--rounds", values.rounds),
		profileFolder: values.profile && resolve(values.profile),
	};
}

function parseStore(name: string): StoreName {
	const store = STORES.find((known) => known === name);
	if (store !== undefined) return store;
	throw new Error(`--stores names ${STORES.join(", ")}, not ${name}`);
}

function count(flag: string, text: string): number {
	if (!/^[1-9]\d{0,5}$/.test(text))
		throw new Error(`${flag} is a number from 1 to 999999, not ${text}`);
	return Number(text);
}
