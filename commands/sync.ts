import { Flags } from "@oclif/core";
import { BaseCommand } from "../src/cli/base-command.ts";
import { EXIT } from "../src/cli/exit-codes.ts";
import { interruptible } from "../src/cli/interruption.ts";
import {
	indexPath,
	stateDirectory,
	stateFlags,
} from "../src/cli/state-directory.ts";
import { openStores, STORE_HELP, storeArguments } from "../src/cli/stores.ts";
import { deleteFlags, deleteOptions } from "../src/cli/sync/deletes.ts";
import {
	guestFlags,
	guestOptions,
	toldOutages,
} from "../src/cli/sync/guest.ts";
import { leftUploadLines } from "../src/cli/sync/left-uploads.ts";
import { selectionFlags, selectionOptions } from "../src/cli/sync/selection.ts";
import { type PassOutput, shownPass } from "../src/cli/sync/shown-pass.ts";
import {
	checkSnapshotFlags,
	snapshotFlag,
	snapshotLine,
} from "../src/cli/sync/snapshot.ts";
import {
	passesUntilStable,
	stableFlag,
	stableWithin,
} from "../src/cli/sync/stable-passes.ts";
import { DEFAULT_CONCURRENCY } from "../src/sync/concurrency.ts";
import { isWhole, type SyncEvent } from "../src/sync/events.ts";
import { UploadFiles } from "../src/sync/upload-file.ts";

export class Sync extends BaseCommand {
	static override readonly summary =
		"Copy a registry's storage to another store";
	static override readonly description = [
		"Makes TARGET hold all that the registry in SOURCE holds. The registry may stay in use: the copy is made in an order in which every tag at the target is complete at any moment, also when the command is killed. Run it again to copy what has changed since; for the last time when the registry is read-only. Nothing in SOURCE is written; nothing at TARGET is deleted but stale lock files, unless --delete is given.",
		"SOURCE is the registry's rootdirectory; GitLab's Linux package has it at /var/opt/gitlab/gitlab-rails/shared/registry.",
		STORE_HELP,
		"Links (tags above all) are compared by content, blobs by their digest, which is proven before a blob can be seen.",
	].join("\n\n");

	static override readonly examples = [
		"<%= config.bin %> sync /var/lib/registry s3://my-bucket --dry-run",
		"<%= config.bin %> sync /var/lib/registry 's3://bucket/prefix?region=eu-west-1'",
		"<%= config.bin %> sync /var/lib/registry 's3://bucket?endpoint=https://minio:9000'",
		"<%= config.bin %> sync config:/etc/docker/registry/config.yml gs://my-bucket",
	];

	static override readonly args = storeArguments("where to copy it");

	static override readonly flags = {
		"dry-run": Flags.boolean({
			char: "n",
			aliases: ["dryrun"],
			description: "print what would be copied and deleted, and change nothing",
		}),
		concurrency: Flags.integer({
			default: DEFAULT_CONCURRENCY,
			min: 1,
			max: 1024,
			helpValue: "N",
			description:
				"objects on their way at a time, at most; how many there are is found out: as many as pay, fewer when a server asks to slow down or SOURCE becomes slow",
		}),
		"target-not-empty": Flags.boolean({
			description:
				"accept a target that has other objects, or a registry, in it already; blobs that no pass has put there are read once, to prove them",
		}),
		"take-over": Flags.boolean({
			description:
				"go on where TARGET says that another pass writes there: it was killed",
		}),
		...selectionFlags,
		...deleteFlags,
		...stateFlags,
		...snapshotFlag,
		relist: Flags.boolean({
			description:
				"list TARGET, also when nobody else has written there since the last pass",
		}),
		...guestFlags,
		...stableFlag,
		verbose: Flags.boolean({
			char: "v",
			description: "print a line for each object that is copied",
		}),
		progress: Flags.boolean({
			default: true,
			allowNo: true,
			description: "show progress on standard error",
		}),
	};

	async run(): Promise<object> {
		const { args, flags } = await this.parse(Sync);
		const isDryRun = flags["dry-run"];
		const withinMs = stableWithin(flags);
		checkSnapshotFlags(flags);
		using interruption = interruptible();
		const { signal } = interruption;
		const selection = selectionOptions(flags);
		const deletes = deleteOptions({ ...flags, isDryRun, signal });
		const ifNoTarget = "If it is the right one, create it and run this again.";
		const isTargetWritten = true;
		const state = stateDirectory(
			flags["state-directory"],
			process.env,
			process.getuid?.(),
		);
		const uploads = new UploadFiles(state);
		const refusals = { count: 0 };
		const guest = guestOptions(flags);
		await using stores = await openStores(
			{
				...args,
				snapshotOf: flags["snapshot-of"],
				ifNoTarget,
				isTargetWritten,
				stateDirectory: state,
				uploads: isDryRun ? undefined : uploads,
				refusals,
				limits: guest.limits,
				outages: toldOutages(guest, (line) => this.tell(line)),
			},
			signal,
		);
		const syncOptions = {
			concurrency: flags.concurrency,
			refusals,
			endsAt: guest.endsAt,
			maxFailures: guest.maxFailures,
			indexPath: indexPath(state, stores.live ?? stores.source, stores.target),
			snapshotOf: stores.live,
			relist: flags.relist,
			selection,
			metadata: { configured: stores.sourceDatabase },
			deletes,
			isDryRun,
			isTargetNotEmpty: flags["target-not-empty"],
			signal,
		};
		const output: PassOutput = {
			result: (line) => this.log(line),
			trouble: (line) => this.logToStderr(line),
			showProgress: (standing) => this.showProgress(standing, flags),
			printsObjects: isDryRun || flags.verbose,
		};
		let isTakeOver = flags["take-over"];
		const pass = (observe?: (event: SyncEvent) => void) => {
			const passOptions = { ...syncOptions, isTakeOver };
			// Of a series, the others find what the first has left.
			isTakeOver = false;
			return shownPass(stores, passOptions, output, observe).catch(
				async (error: unknown) => {
					const { afterCutover } = await import(
						"../src/cli/sync/after-cutover.ts"
					);
					throw afterCutover(error, state, stores.target);
				},
			);
		};
		const { result, report, isStable } = await (withinMs === undefined
			? pass()
			: passesUntilStable(pass, stores.source, withinMs, output.result));
		const leftUploads = await uploads.settle({
			// What was left out may need its upload yet.
			isAllDone: isWhole(result) && result.partial === undefined,
			signal,
		});
		for (const line of leftUploadLines(leftUploads)) this.logToStderr(line);
		if (stores.live !== undefined && !isDryRun)
			this.log(snapshotLine(stores.live.url));
		if (!result.isComplete || isStable === false)
			process.exitCode = EXIT.incomplete;
		return { ...report, leftUploads };
	}
}
