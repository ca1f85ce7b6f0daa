import http from "node:http";
import { Command, Flags, type Interfaces } from "@oclif/core";
import { trustAuthorities } from "./authorities.ts";
import { asksForJson } from "./command-line.ts";
import { formatJson } from "./format.ts";
import { Progress, type Standing } from "./sync/progress.ts";
import { columnsOf, type Line, printed, wrapped } from "./wrapped.ts";

/** What all commands share: `--json`, which authorities the process trusts, and how progress is shown. */
export abstract class BaseCommand extends Command {
	#progress: Progress | undefined;

	static override readonly enableJsonFlag = true;

	static override readonly baseFlags = {
		"ca-bundle": Flags.string({
			helpValue: "FILE",
			description:
				"trust the certificate authorities in this file too (PEM), as those in AWS_CA_BUNDLE, SSL_CERT_FILE and NODE_EXTRA_CA_CERTS",
		}),
	};

	override jsonEnabled(): boolean {
		return asksForJson(this.argv);
	}

	/** Every command parses its arguments, so none can forget to prepare the process for its connections. */
	protected override async parse<
		F extends Record<string, unknown>,
		B extends Record<string, unknown>,
		A extends Record<string, unknown>,
	>(
		options?: Interfaces.Input<F, B, A>,
		argv?: string[],
	): Promise<Interfaces.ParserOutput<F, B, A>> {
		const parsed = await super.parse(options, argv);
		const { "ca-bundle": caBundle } = parsed.flags;
		trustAuthorities(
			process.env,
			typeof caBundle === "string" ? caBundle : undefined,
		);
		// Only what asks for metadata is left to Node's own client, and that goes through no proxy: not with
		// NODE_USE_ENV_PROXY either, which has given it one.
		http.globalAgent = new http.Agent();
		return parsed;
	}

	/** Not through `console`, as oclif does it: that hides when the output cannot be written. */
	override log(line = ""): void {
		if (!this.jsonEnabled()) process.stdout.write(`${line}\n`);
	}

	override logToStderr(line = ""): void {
		if (!this.jsonEnabled()) process.stderr.write(`${line}\n`);
	}

	/** Tells people something on standard output, at a terminal in lines that fit it. */
	protected say(line: Line): void {
		this.log(printed(line, columnsOf(process.stdout)));
	}

	/** The same, in prose, on standard error. */
	protected sayBeside(text: string): void {
		this.logToStderr(wrapped(text, columnsOf(process.stderr)));
	}

	override logJson(json: unknown): void {
		process.stdout.write(`${formatJson(json)}\n`);
	}

	/** oclif would print JSON itself, and choose other exit codes: `runProgram` reports every error. */
	protected override async catch(error: Error): Promise<void> {
		throw error;
	}

	/** Shows how far the command is, if that is wanted; under `--json` only to somebody who watches. */
	protected showProgress(
		standing: () => Standing,
		flags: { readonly progress: boolean },
	): Progress {
		const progress = new Progress(standing);
		const isWatched = process.stderr.isTTY || !this.jsonEnabled();
		if (flags.progress && isWatched) progress.start();
		this.#progress = progress;
		return progress;
	}

	/** Says something on standard error while progress is shown there. */
	protected tell(line: string): void {
		const write = () => this.logToStderr(line);
		if (this.#progress === undefined) write();
		else this.#progress.above(write);
	}
}
