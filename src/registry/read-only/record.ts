import type { Instance, RegistryNode } from "../node.ts";

/** What a node was found to be, before anything was changed: as its probe said. */
export type FoundState = "read-only" | "writable";

/** What is kept of one node. */
export interface NodeRecord {
	readonly name: string;
	/** Where it answers: by this it is known again. */
	readonly url: string;
	readonly found: FoundState;
	/**
	 * `untouched`: nothing was begun, or it was put back. `begun`: it may have been changed. `proven`: it was read-only, and
	 * nothing was left that could still write.
	 */
	readonly stage: "untouched" | "begun" | "proven";
	/** Those that served it before it was first changed, for whoever goes on after a crash. */
	readonly former: readonly Instance[];
}

/** What is kept of a registry from before it is made read-only until it is back to what was found. */
export interface ReadOnlyRecord {
	/** Who began it: `operator@host`. */
	readonly operator: string;
	/** When, in ISO 8601, UTC. */
	readonly since: string;
	readonly nodes: readonly NodeRecord[];
}

/** What is kept of a node; `undefined`: nothing. */
export function recordOf(
	record: ReadOnlyRecord | undefined,
	{ url }: Pick<RegistryNode, "url">,
): NodeRecord | undefined {
	return record?.nodes.find((one) => one.url === url.origin);
}

/** Keeps the record of one registry, which one process at a time may have open. */
export interface RecordKeeper extends Disposable {
	read(): ReadOnlyRecord | undefined;
	/** When it returns, the record outlives a crash of the machine. */
	write(record: ReadOnlyRecord): void;
	/** The registry is back to what was found: there is nothing to know any more. */
	remove(): void;
}

/** A record as it is now; every change of it is durable. */
export class Recorder {
	#record: ReadOnlyRecord;
	readonly #keeper: RecordKeeper;

	constructor(keeper: RecordKeeper, record: ReadOnlyRecord) {
		this.#keeper = keeper;
		this.#record = record;
		keeper.write(record);
	}

	get current(): ReadOnlyRecord {
		return this.#record;
	}

	of(node: RegistryNode): NodeRecord {
		const kept = recordOf(this.#record, node);
		if (kept === undefined) throw new Error(`${node.name} is not recorded`);
		return kept;
	}

	note(node: RegistryNode, stage: NodeRecord["stage"]): void {
		this.#record = {
			...this.#record,
			nodes: this.#record.nodes.map((one) =>
				one.url === node.url.origin ? { ...one, stage } : one,
			),
		};
		this.#keeper.write(this.#record);
	}

	/** Removes the record when no node is left that is not as it was found. */
	removeIfDone(): void {
		if (this.#record.nodes.every(({ stage }) => stage === "untouched"))
			this.#keeper.remove();
	}
}
