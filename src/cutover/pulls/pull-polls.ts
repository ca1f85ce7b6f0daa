import { MANIFEST_TYPES } from "../../registry/probe/manifest.ts";
import { ProbeError } from "../../registry/probe/probe-error.ts";
import type { RegistryClient } from "../../registry/probe/registry-client.ts";
import { sampleTags, type Tag } from "../../registry/probe/sample-tags.ts";
import type { ObjectStore } from "../../store/object-store.ts";
import type { Call } from "../course/step.ts";
import { PullRecord, type PullsResult } from "./pull-record.ts";

/** A node that is asked. */
export interface PolledNode {
	readonly name: string;
	readonly client: RegistryClient;
}

export interface PollOptions {
	/** Where a tag to pull is found. */
	readonly store: ObjectStore;
	/** As for `sampleTags`. */
	readonly repository?: string | undefined;
	/** From the end of a question to the next one of the same node (ms); default 500. */
	readonly intervalMs?: number | undefined;
	/** How long an answer may take (ms), then the pull has failed; default 5,000. */
	readonly answerMs?: number | undefined;
	readonly clock?: PollClock | undefined;
}

/** What polls know of time. */
export interface PollClock {
	/** Milliseconds since 1970. */
	readonly now: () => number;
	/** Resolves after so long (ms), or when it is cancelled. */
	readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

const REAL_CLOCK: PollClock = {
	now: Date.now,
	wait: (ms, signal) =>
		new Promise((resolve) => {
			// It tells nobody any more: with the timer alone, which keeps no process alive, this one would end here.
			if (signal.aborted) return resolve();
			const end = () => {
				clearTimeout(timer);
				signal.removeEventListener("abort", end);
				resolve();
			};
			// Whoever is at its end does not wait for the next question.
			const timer = setTimeout(end, ms).unref();
			signal.addEventListener("abort", end);
		}),
};

/**
 * Pulls from every node again and again, each at its own pace, while the registry is changed: the manifest of a tag, or
 * where there is none that can be pulled, the registry's root. Disposing gives up what is asked just then.
 */
export class PullPolls implements AsyncDisposable {
	readonly #nodes: readonly PolledNode[];
	readonly #options: PollOptions;
	readonly #clock: PollClock;
	readonly #disposed = new AbortController();
	#running: Running | undefined;

	constructor(nodes: readonly PolledNode[], options: PollOptions) {
		this.#nodes = nodes;
		this.#options = options;
		this.#clock = options.clock ?? REAL_CLOCK;
	}

	/** Begins, if it has not begun. The call ends nothing but the beginning: then it has not begun. */
	async begin(call: Call): Promise<void> {
		if (this.#running !== undefined) return;
		const tag = await this.#tag(call);
		const pulled = new Set<PolledNode>();
		// One that cannot be pulled now says nothing of later.
		for (const node of this.#nodes)
			if (tag !== undefined && (await this.#serves(node, tag, call)))
				pulled.add(node);
		call.signal?.throwIfAborted();
		const running = {
			ended: new AbortController(),
			record: new PullRecord(this.#nodes.map(({ name }) => name)),
		};
		const polls = this.#nodes.map((node) =>
			this.#poll(node, pulled.has(node) ? tag : undefined, running),
		);
		this.#running = { ...running, polls };
	}

	/** Ends it. Resolves with how it went; `undefined`: it had not begun. */
	async end(): Promise<PullsResult | undefined> {
		const running = this.#running;
		if (running === undefined) return undefined;
		this.#running = undefined;
		running.ended.abort();
		await Promise.all(running.polls);
		return running.record.result(this.#clock.now());
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#disposed.abort();
		await this.end();
	}

	async #tag({ signal }: Call): Promise<Tag | undefined> {
		const { store, repository } = this.#options;
		try {
			const options = { count: 1, repository, signal };
			const [tag] = await sampleTags(store, options);
			return tag;
		} catch {
			// Then the registry's root says whether it is there.
			return undefined;
		}
	}

	async #poll(
		node: PolledNode,
		tag: Tag | undefined,
		{ record, ended: { signal } }: Pick<Running, "record" | "ended">,
	): Promise<void> {
		const { intervalMs = 500 } = this.#options;
		while (!signal.aborted) {
			const askedAt = this.#clock.now();
			const isServed = await this.#serves(node, tag, {});
			const answeredAt = this.#clock.now();
			record.take(node.name, { askedAt, answeredAt, isServed });
			await this.#clock.wait(intervalMs, signal);
		}
	}

	async #serves(
		{ client }: PolledNode,
		tag: Tag | undefined,
		call: Call,
	): Promise<boolean> {
		const { answerMs = 5000 } = this.#options;
		const signal = AbortSignal.any([
			AbortSignal.timeout(answerMs),
			this.#disposed.signal,
			...(call.signal === undefined ? [] : [call.signal]),
		]);
		try {
			const { status } = await client.request(
				tag === undefined
					? { method: "GET", path: "/v2/", scope: "", signal }
					: {
							method: "GET",
							path: `/v2/${tag.repository}/manifests/${tag.tag}`,
							headers: { accept: MANIFEST_TYPES },
							scope: `repository:${tag.repository}:pull`,
							signal,
						},
			);
			return status === 200;
		} catch (error) {
			// That we are not known is an answer, too: the registry is there.
			return (
				tag === undefined &&
				error instanceof ProbeError &&
				!AWAY.has(error.code)
			);
		}
	}
}

/** Codes of a registry that does not answer. */
const AWAY: ReadonlySet<string> = new Set([
	"unreachable",
	"timed-out",
	"failed",
]);

interface Running {
	readonly ended: AbortController;
	readonly record: PullRecord;
	readonly polls: readonly Promise<void>[];
}
