import type {
	Change,
	Instance,
	RegistryNode,
} from "../../../src/registry/node.ts";
import type { WriteState } from "../../../src/registry/probe/write-state.ts";
import type { ReadOnlyEvent } from "../../../src/registry/read-only/events.ts";
import type {
	ReadOnlyRecord,
	RecordKeeper,
} from "../../../src/registry/read-only/record.ts";
import type {
	Probe,
	TurnClock,
	TurnOffOptions,
} from "../../../src/registry/read-only/turn.ts";
import { RegistryError } from "../../../src/registry/registry-error.ts";

interface FakeProcess extends Instance {
	readonly readOnly: boolean;
	/** When it is gone, by the clock (ms). */
	endsAt: number;
}

export interface FakeNodeOptions {
	readonly name?: string | undefined;
	/** How long a process goes on when it is told to end (ms); default not at all. */
	readonly drainMs?: number | undefined;
	/** Whether its processes can be told; default true. */
	readonly tellsInstances?: boolean | undefined;
	/** What the restart command does in place of restarting, by its turn; `undefined`: it restarts. */
	readonly restart?: ((turn: number) => void) | undefined;
	/** Variables that override the file. */
	readonly overrides?: readonly string[] | undefined;
}

/** A node, its file and its processes, in memory; and the clock of all. */
class FakeNode {
	readonly node: RegistryNode;
	/** What its file says. */
	configured = false;
	/** The file before our first change. */
	original: boolean | undefined;
	processes: FakeProcess[];
	/** What it answers whatever is the case; `undefined`: what is the case. */
	answer: WriteState["state"] | undefined;
	/** What was done to it, in order. */
	readonly log: string[] = [];
	readonly #options: FakeNodeOptions;
	readonly #clock: FakeClock;
	#restarts = 0;

	constructor(clock: FakeClock, options: FakeNodeOptions = {}) {
		this.#clock = clock;
		this.#options = options;
		const { name = "a", drainMs = 0, tellsInstances = true } = options;
		this.processes = [this.#start(false)];
		this.node = {
			name,
			host: {
				name: "this machine",
				isLocal: true,
				run: () => Promise.reject(new Error("nothing is run")),
			},
			url: new URL(`http://${name}:5000`),
			settings: async () => ({
				storage: { driver: "filesystem", parameters: {} },
				readOnly: this.configured,
				redirectDisabled: false,
				onlineGarbageCollection: true,
				database: undefined,
				drainMs,
				tree: {},
				overrides: options.overrides ?? [],
			}),
			change: async ({ readOnly }) => this.#change(readOnly === true),
			undo: async () => this.#change(this.original ?? this.configured),
			accept: () => Promise.reject(new Error("nothing is switched")),
			restore: () => Promise.reject(new Error("nothing is switched")),
			instances: async () =>
				tellsInstances ? this.#living().slice(-1) : undefined,
			remaining: async (instances) =>
				this.#living().filter(({ id }) =>
					instances.some((one) => one.id === id),
				),
		};
	}

	state(): WriteState {
		const listening = this.#living().at(-1);
		const state =
			this.answer ??
			(listening === undefined
				? "unknown"
				: listening.readOnly
					? "read-only"
					: "writable");
		return { state, because: `it says ${state}`, suggestions: ["Look."] };
	}

	#start(readOnly: boolean): FakeProcess {
		const id = `${this.processes?.length ?? 0}`;
		return {
			id,
			name: `process ${id}`,
			readOnly,
			endsAt: Number.POSITIVE_INFINITY,
		};
	}

	#living(): readonly FakeProcess[] {
		const now = this.#clock.now();
		return this.processes.filter(({ endsAt }) => endsAt > now);
	}

	#change(readOnly: boolean): Change {
		const running = this.#living().at(-1)?.readOnly;
		const isConfigured = this.configured === readOnly;
		const text = (value: boolean) => `readonly: ${value}`;
		return {
			files: isConfigured
				? []
				: [
						{
							path: "/config.yml",
							before: text(this.configured),
							after: text(readOnly),
						},
					],
			commands: isConfigured && running === readOnly ? [] : ["restart"],
			notes: [],
			write: async () => {
				this.log.push(`write ${readOnly}`);
				this.original ??= this.configured;
				this.configured = readOnly;
			},
			activate: async ({ signal } = {}) => {
				this.log.push("restart");
				const { restart } = this.#options;
				const turn = ++this.#restarts;
				if (restart !== undefined) {
					restart(turn);
					signal?.throwIfAborted();
					return;
				}
				this.restart();
			},
		};
	}

	/** Restarts it as its file says. */
	restart(): void {
		const end = this.#clock.now() + (this.#options.drainMs ?? 0);
		for (const one of this.processes) one.endsAt = Math.min(one.endsAt, end);
		this.processes.push(this.#start(this.configured));
	}
}

/** A clock that goes on only while somebody waits. */
class FakeClock implements TurnClock {
	#now = 0;
	readonly #due: { at: number; act: () => void }[] = [];

	readonly now = (): number => this.#now;

	readonly wait = async (
		ms: number,
		signal: AbortSignal | undefined,
	): Promise<void> => {
		signal?.throwIfAborted();
		this.#now += ms;
		for (const one of this.#due.splice(0))
			if (one.at <= this.#now) one.act();
			else this.#due.push(one);
		signal?.throwIfAborted();
	};

	/** Does something when so many ms have passed. */
	after(ms: number, act: () => void): void {
		this.#due.push({ at: this.#now + ms, act });
	}
}

/** A record in memory, and all that was ever written. */
class FakeKeeper implements RecordKeeper {
	record: ReadOnlyRecord | undefined;
	readonly written: ReadOnlyRecord[] = [];

	read(): ReadOnlyRecord | undefined {
		return this.record;
	}

	write(record: ReadOnlyRecord): void {
		this.record = record;
		this.written.push(record);
	}

	remove(): void {
		this.record = undefined;
	}

	[Symbol.dispose](): void {}
}

/** A registry of such nodes, and how it is switched. */
export function fakeRegistry(
	...nodes: readonly Omit<FakeNodeOptions, "name">[]
) {
	const clock = new FakeClock();
	const keeper = new FakeKeeper();
	const fakes = nodes.map(
		(options, index) =>
			new FakeNode(clock, { ...options, name: "abcdef"[index] }),
	);
	const events: ReadOnlyEvent[] = [];
	const probe: Probe = async (node, { signal }) => {
		signal?.throwIfAborted();
		const fake = fakes.find((one) => one.node === node);
		if (fake === undefined) throw new Error(`${node.name} is not there`);
		return fake.state();
	};
	const options: TurnOffOptions = {
		...{ clock, keeper, probe },
		operator: "me@here",
		approve: async () => true,
		observe: (event) => events.push(event),
		commandTimeoutMs: 5000,
		timeoutMs: 30_000,
		drainMs: 60_000,
		isForced: false,
	};
	return {
		...{ clock, keeper, events, options, fakes },
		nodes: fakes.map(({ node }) => node),
		states: () => fakes.map((fake) => fake.state().state),
	};
}

/** What a command throws that fails. */
export function failing(): never {
	throw new RegistryError("failed", "the command failed");
}
