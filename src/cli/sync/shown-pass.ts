import type { SyncEvent, SyncResult } from "../../sync/events.ts";
import { type SyncOptions, sync } from "../../sync/pass.ts";
import { Interruption } from "../interruption.ts";
import type { OpenStores } from "../stores.ts";
import type { Progress, Standing } from "./progress.ts";
import { SyncView } from "./sync-view.ts";
import { TransferLines } from "./transfer-lines.ts";

/** Where a pass is shown. */
export interface PassOutput {
	readonly result: (line: string) => void;
	readonly trouble: (line: string) => void;
	/** Begins to show how far it is. */
	readonly showProgress: (standing: () => Standing) => Progress;
	/** Print a line for each object that is copied or deleted. */
	readonly printsObjects: boolean;
}

/** A pass that has been made and shown. */
export interface ShownPass {
	readonly result: SyncResult;
	/** What `--json` prints. */
	readonly report: object;
	/** Of a series: whether the next pass would be short enough. */
	readonly isStable?: boolean | undefined;
}

/** Makes a pass, shows it while it is under way, and then what it came to. */
export async function shownPass(
	{ source, target }: OpenStores,
	options: SyncOptions,
	output: PassOutput,
	observe: (event: SyncEvent) => void = () => {},
): Promise<ShownPass> {
	const began = performance.now();
	const { isDryRun = false, deletes } = options;
	const view = new SyncView(
		new TransferLines(source, target, isDryRun),
		{
			result: (line) => progress.above(() => output.result(line)),
			trouble: (line) => progress.above(() => output.trouble(line)),
		},
		{
			isDryRun,
			deletes: deletes !== undefined,
			planPath: deletes?.planPath,
			printsCopies: output.printsObjects,
			maxFailures: options.maxFailures,
		},
	);
	using progress = output.showProgress(() => view.standing);
	const result = await sync(source, target, {
		...options,
		deletes: deletes && {
			...deletes,
			approve: (plan) => progress.hidden(() => deletes.approve(plan)),
		},
		observe: (event) => {
			view.observe(event);
			observe(event);
		},
	}).catch((error: unknown) => {
		throw error instanceof Interruption
			? new Interruption(error.message, [view.interrupted])
			: error;
	});
	progress[Symbol.dispose]();
	view.summarize(result, performance.now() - began);
	return { result, report: view.report(result) };
}
