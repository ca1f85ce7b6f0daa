import { Args, Flags } from "@oclif/core";
import { BaseCommand } from "../src/cli/base-command.ts";
import { digestLines, shareOf } from "../src/cli/digest-lines.ts";
import { EXIT } from "../src/cli/exit-codes.ts";
import { Interruption, interruptible } from "../src/cli/interruption.ts";
import {
	type EndedVerification,
	keepNote,
} from "../src/cli/noted-verification.ts";
import {
	guardStatePlace,
	stateDirectory,
	stateFlags,
} from "../src/cli/state-directory.ts";
import {
	openReadOnly,
	openStores,
	STORE_HELP,
	storeArguments,
} from "../src/cli/stores.ts";
import { UsageError } from "../src/cli/usage-error.ts";
import { VerifyView } from "../src/cli/verify-view.ts";
import type { ObjectStore } from "../src/store/object-store.ts";
import { type DigestResult, proveDigests } from "../src/verify/blob-digests.ts";
import { verify } from "../src/verify/verify.ts";

export class Verify extends BaseCommand {
	static override readonly summary =
		"Prove that a target holds what the registry in a source holds";
	static override readonly description = [
		"Lists both and compares every key, every size and the content of every link; tells what is missing, extra, different, corrupt or unknown, and whether the migration did it or the source was broken already. Writes to neither, and trusts nothing that sync has noted.",
		"With --counts it compares only how many objects there are, as GitLab's documentation describes it; half-finished uploads are not counted.",
		"With --digests, blobs of TARGET are read back and hashed besides; without a TARGET those of SOURCE, and nothing is compared: so a registry in use is proven, whatever was pushed since.",
		"How it came out is noted in the state directory, but for --counts: retire asks for one that was clean since the cutover, and gc goes by one that has found a target complete.",
		STORE_HELP,
	].join("\n\n");

	static override readonly examples = [
		"<%= config.bin %> verify /var/lib/registry s3://my-bucket",
		"<%= config.bin %> verify /var/lib/registry s3://my-bucket --counts",
		"<%= config.bin %> verify s3://my-bucket --digests 5%",
		"<%= config.bin %> verify /var/lib/registry s3://my-bucket --json > report.json",
	];

	static override readonly args = {
		...storeArguments("what to compare with it"),
		target: Args.string({
			ignoreStdin: true,
			description: "what to compare with it; written as SOURCE is",
		}),
	};

	static override readonly flags = {
		...stateFlags,
		counts: Flags.boolean({
			description: "compare only the numbers of objects",
		}),
		digests: Flags.string({
			helpValue: "P%",
			exclusive: ["counts"],
			description:
				"read this share of the blobs back, the same ones each time, and prove their bytes against their names; 100% for all",
		}),
		concurrency: Flags.integer({
			default: 32,
			min: 1,
			max: 1024,
			helpValue: "N",
			description: "objects looked at at a time",
		}),
		progress: Flags.boolean({
			default: true,
			allowNo: true,
			description: "show progress on standard error",
		}),
	};

	async run(): Promise<object> {
		const { args, flags } = await this.parse(Verify);
		const { source: from, target: to } = args;
		const share =
			flags.digests === undefined ? undefined : shareOf(flags.digests);
		using interruption = interruptible();
		const { signal } = interruption;
		const named = flags["state-directory"];
		const state = stateDirectory(named, process.env, process.getuid?.());
		const keep = (ended: Omit<EndedVerification, "endedAt">) =>
			keepNote(state, { ...ended, endedAt: Date.now() }, (line) =>
				this.logToStderr(line),
			);
		const beganAt = Date.now();
		if (to === undefined) {
			if (share === undefined)
				throw new UsageError("Missing: TARGET", [
					"Write: regmigrate verify SOURCE TARGET. See regmigrate verify --help.",
				]);
			await using store = await openReadOnly(from, signal);
			guardStatePlace(state, store);
			const digests = await this.#prove(store, share, flags, signal);
			keep({ source: undefined, target: store, beganAt, digests });
			return digests;
		}
		const ifNoTarget = "Check how it is spelled, and that it is mounted.";
		await using stores = await openStores(
			{
				...{ source: from, target: to, ifNoTarget },
				...{ isTargetWritten: false, stateDirectory: state },
			},
			signal,
		);
		const { source, target } = stores;
		if (source.identity === target.identity)
			throw new UsageError(
				`Source and target are the same place: ${source.url}`,
				[
					"Every store is like itself, which proves nothing: name another target.",
				],
			);
		const view = new VerifyView((line) => this.log(line));
		using progress = this.showProgress(() => view.standing, flags);
		const comparison = await verify(source, target, {
			level: flags.counts ? "counts" : "default",
			concurrency: flags.concurrency,
			observe: (event) => view.observe(event),
			signal,
		}).catch(withoutResult);
		progress[Symbol.dispose]();
		view.summarize(comparison);
		if (!comparison.isEqual) process.exitCode = EXIT.incomplete;
		const digests =
			share === undefined
				? undefined
				: await this.#prove(target, share, flags, signal);
		keep({ source, target, beganAt, comparison, digests });
		return digests === undefined ? comparison : { ...comparison, digests };
	}

	async #prove(
		store: ObjectStore,
		share: number,
		flags: { readonly progress: boolean },
		signal: AbortSignal,
	): Promise<DigestResult> {
		let objects = 0;
		using progress = this.showProgress(
			() => ({
				label: "Reading",
				objects,
				...{ totalObjects: undefined, bytes: 0, totalBytes: 0 },
			}),
			flags,
		);
		const result = await proveDigests(store, {
			share,
			observe(event) {
				if (event.type === "compared") objects += event.objects;
			},
			signal,
		}).catch(withoutResult);
		progress[Symbol.dispose]();
		for (const line of digestLines(result)) this.log(line);
		if (!result.isSound) process.exitCode = EXIT.incomplete;
		return result;
	}
}

function withoutResult(error: unknown): never {
	throw error instanceof Interruption
		? new Interruption(error.message, ["Stopped before there was a result."])
		: error;
}
