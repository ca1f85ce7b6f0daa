import type { S3Server } from "../../services/s3-connection.ts";
import { startChild } from "../child.ts";
import type { BenchOptions } from "../options.ts";
import type { Pass } from "../passes.ts";
import { type BenchTree, provideTree } from "../tree.ts";
import { makeLargeTree } from "./large-tree.ts";
import { plainWorkload } from "./plain.ts";
import { registryWorkload } from "./registry.ts";
import type { Workload } from "./workload.ts";

/** What workloads are made with. */
export interface WorkloadSetting {
	readonly server: S3Server;
	readonly tree: BenchTree;
	readonly options: BenchOptions;
	readonly signal: AbortSignal;
}

/** A workload that can be opened, and its passes. */
interface Offer {
	readonly passes: readonly Pass[];
	readonly open: (setting: WorkloadSetting) => Promise<Workload>;
}

/** How many times as large the tree is that shows growth. */
const GROWTH = 10;

const OFFERS: readonly Offer[] = [
	{
		passes: ["initial", "unchanged", "changed"],
		open: ({ server, tree, options }) =>
			registryWorkload(server, tree, options.concurrency),
	},
	{ passes: ["latency"], open: openDistant },
	{ passes: ["large"], open: openLarge },
	{
		passes: ["tenfold", "tenfold-unchanged"],
		open: async ({ server, options }) => {
			const tree = provideTree(options.repositories * GROWTH);
			const { concurrency } = options;
			const passes: readonly Pass[] = ["tenfold", "tenfold-unchanged"];
			const settings = { concurrency, isOursAlone: true };
			return plainWorkload(server, tree, passes, settings);
		},
	},
];

/** The workloads that the passes belong to, each opened when it is asked for, and closed before the next. */
export async function* openWorkloads(
	setting: WorkloadSetting,
): AsyncGenerator<Workload> {
	for (const { passes, open } of OFFERS) {
		if (!passes.some((pass) => setting.options.passes.includes(pass))) continue;
		await using workload = await open(setting);
		yield workload;
	}
}

async function openDistant({
	server,
	tree,
	options,
	signal,
}: WorkloadSetting): Promise<Workload> {
	const target = new URL(server.endpoint);
	const proxy = startChild(
		new URL("../latency/main.ts", import.meta.url),
		[target.port, String(options.roundTripMs)],
		{ signal },
	);
	target.port = String(await proxy.told);
	const distant = { ...server, endpoint: target.origin };
	return {
		...plainWorkload(distant, tree, ["latency"], {
			concurrency: undefined,
			isOursAlone: false,
		}),
		[Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
	};
}

async function openLarge({
	server,
	options,
}: WorkloadSetting): Promise<Workload> {
	const tree = await makeLargeTree(options.largeBytes);
	const { concurrency } = options;
	return {
		...plainWorkload(server, tree, ["large"], {
			concurrency,
			isOursAlone: false,
		}),
		[Symbol.asyncDispose]: () => tree[Symbol.asyncDispose](),
	};
}
