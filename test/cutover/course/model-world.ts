import type { Actuators } from "../../../src/cutover/actuators.ts";
import type { Call } from "../../../src/cutover/course/step.ts";
import { CutoverError } from "../../../src/cutover/cutover-error.ts";

interface Configuration {
	readonly storage: "source" | "target";
	readonly readOnly: boolean;
	/** Whether it removes garbage by itself. */
	readonly collects: boolean;
}

interface ModelNode {
	readonly name: string;
	file: Configuration;
	/** What its process was started with. */
	running: Configuration;
	/** The file before the first change; `undefined`: none is kept. */
	original: Configuration | undefined;
}

const ORIGINAL: Configuration = {
	storage: "source",
	readOnly: false,
	collects: true,
};

/** A process was killed: nothing of it runs any more. */
export class Killed extends Error {}

/** Always the same one: a stack for each of the many would take longer than all else. */
const KILLED = new Killed();

/**
 * A registry of nodes with a source and a target, in memory, and clients that push all the while. Every effect of an
 * actuator is a point at which the process may be killed.
 */
export class ModelWorld {
	nodes: readonly ModelNode[];
	stores = { source: new Set(["old"]), target: new Set<string>() };
	/** Pushes that a node has acknowledged. */
	acknowledged = new Set(["old"]);
	/** Points that were passed. */
	points = 0;
	/** The point at which the process is killed; `undefined`: at none. */
	killAt: number | undefined;
	/** The points at which somebody puts a node back to how it was at first, and restarts it. */
	revertAt = new Set<number>();
	/** The step that fails, by the actuator's name; `undefined`: none. */
	failing: string | undefined;
	/** Whether its metadata are in a database. */
	hasDatabase = true;
	/** Whether test images are in the registry. */
	hasWitnesses = false;
	/** Whether people know that pushes are refused. */
	isAnnounced = false;
	#isDead = false;
	/** Whether a node was seen to take writes, since somebody looks. */
	#isSeen = false;
	#pushes = 0;

	constructor(names: readonly string[]) {
		this.nodes = names.map((name) => ({
			name,
			file: ORIGINAL,
			running: ORIGINAL,
			original: undefined,
		}));
	}

	/** Another world, in which all is as it is in this one now. */
	copy(): ModelWorld {
		const copy = new ModelWorld([]);
		copy.nodes = this.nodes.map((node) => ({ ...node }));
		const { source, target } = this.stores;
		copy.stores = { source: new Set(source), target: new Set(target) };
		copy.acknowledged = new Set(this.acknowledged);
		copy.points = this.points;
		copy.killAt = this.killAt;
		copy.revertAt = new Set(this.revertAt);
		copy.failing = this.failing;
		copy.isAnnounced = this.isAnnounced;
		copy.hasDatabase = this.hasDatabase;
		copy.hasWitnesses = this.hasWitnesses;
		copy.#isDead = this.#isDead;
		copy.#isSeen = this.#isSeen;
		copy.#pushes = this.#pushes;
		return copy;
	}

	/** Another process begins. */
	revive(): void {
		this.#isDead = false;
		this.killAt = undefined;
	}

	/** A point at which the process may be killed; clients push meanwhile. */
	point(): void {
		if (this.#isDead) throw KILLED;
		if (this.revertAt.has(this.points)) this.#revert();
		this.#push();
		this.#isSeen ||= this.nodes.some(({ running }) => !running.readOnly);
		if (this.points++ !== this.killAt) return;
		this.#isDead = true;
		throw KILLED;
	}

	#revert(): void {
		const [node] = this.nodes;
		if (node?.original === undefined) return;
		node.file = node.original;
		node.running = node.file;
	}

	#push(): void {
		for (const { running } of this.nodes) {
			if (running.readOnly) continue;
			const name = `push-${this.#pushes++}`;
			this.stores[running.storage].add(name);
			this.acknowledged.add(name);
		}
	}

	/** Where the registry is, if it is in one of the two states that there may be in the end. */
	get state(): "source" | "target" | "neither" {
		for (const storage of ["source", "target"] as const) {
			const isThere = ({ storage: at, readOnly, collects }: Configuration) =>
				at === storage && !readOnly && collects;
			if (
				this.nodes.every(
					({ file, running }) => isThere(file) && isThere(running),
				)
			)
				return storage;
		}
		return "neither";
	}

	/** Acknowledged pushes that the registry does not serve. */
	get lost(): readonly string[] {
		const { state } = this;
		if (state === "neither") return [...this.acknowledged];
		return [...this.acknowledged].filter(
			(name) => !this.stores[state].has(name),
		);
	}

	get actuators(): Actuators {
		const { nodes, stores } = this;
		const acting =
			(name: string, act: (call: Call) => Promise<void>) =>
			async (call: Call) => {
				this.point();
				call.signal?.throwIfAborted();
				await act(call);
				if (this.failing === name) throw new Error(`${name} fails`);
				this.point();
			};
		const configure = (node: ModelNode, change: Partial<Configuration>) => {
			node.original ??= node.file;
			this.point();
			node.file = { ...node.file, ...change };
			this.point();
			node.running = node.file;
			this.point();
		};
		const copy = () => {
			for (const name of [...stores.source]) {
				stores.target.add(name);
				this.point();
			}
		};
		const putBack = async () => {
			for (const node of nodes) {
				node.file = node.original ?? node.file;
				this.point();
				node.running = node.file;
				this.point();
				node.original = undefined;
			}
		};
		const removeWitnesses = async () => {
			this.hasWitnesses = false;
		};
		const all = (is: (configuration: Configuration) => boolean) =>
			nodes.every(({ file, running }) => is(file) && is(running));
		const still = async () => {
			const moved = [...stores.source].some((name) => !stores.target.has(name));
			if (moved || stores.target.size > stores.source.size)
				throw new Error("the source has moved");
		};
		return {
			preflight: acting("preflight", async () => {}),
			rehearse: acting("rehearse", async () => {}),
			hasDatabase: () => this.hasDatabase,
			pushWitnesses: acting("pushWitnesses", async () => {
				this.hasWitnesses = true;
			}),
			removeWitnesses: acting("removeWitnesses", removeWitnesses),
			pauseCollection: acting("pauseCollection", async () => {
				for (const node of nodes) configure(node, { collects: false });
			}),
			isCollectionPaused: async () => all(({ collects }) => !collects),
			undoPause: acting("undoPause", putBack),
			resumeCollection: acting("resumeCollection", async () => {
				for (const node of nodes) configure(node, { collects: true });
				for (const node of nodes) node.original = undefined;
			}),
			isCollectionResumed: async () => all(({ collects }) => collects),
			catchUp: acting("catchUp", async () => {
				if (this.hasDatabase && !all(({ collects }) => !collects))
					throw new Error("garbage is removed meanwhile");
				copy();
			}),
			approve: async () => true,
			announceOpening: acting("announceOpening", async () => {
				this.isAnnounced = true;
			}),
			announceEnd: async (_, call) =>
				await acting("announceEnd", async () => {
					this.isAnnounced = false;
				})(call),
			makeReadOnly: acting("makeReadOnly", async () => {
				for (const node of nodes)
					if (!node.running.readOnly) configure(node, { readOnly: true });
			}),
			isReadOnly: async () => all(({ readOnly }) => readOnly),
			putBack: acting("putBack", putBack),
			finalPass: acting("finalPass", async () => copy()),
			verifyDelta: acting("verifyDelta", still),
			requireStill: acting("requireStill", still),
			switchNodes: acting("switchNodes", async () => {
				for (const node of nodes)
					configure(node, { storage: "target", readOnly: true });
			}),
			isSwitched: async () => all(({ storage }) => storage === "target"),
			switchBack: acting("switchBack", putBack),
			tryCanary: acting("tryCanary", async () => {
				stores.target.add("canary");
				this.point();
				if (!all(({ storage }) => storage === "target"))
					throw new Error("a node does not serve it");
				stores.target.delete("canary");
			}),
			removeCanary: acting("removeCanary", async () => {
				stores.target.delete("canary");
			}),
			keepBase: acting("keepBase", async () => {}),
			openTarget: acting("openTarget", async () => {
				if (nodes.some(({ file }) => file.storage !== "target"))
					throw new Error("a node was changed back");
				for (const node of nodes) node.original = undefined;
				for (const node of nodes) configure(node, { readOnly: false });
				for (const node of nodes) node.original = undefined;
			}),
			isTargetOpen: async () =>
				all(({ storage, readOnly }) => storage === "target" && !readOnly),
			confirm: acting("confirm", removeWitnesses),
			fenceSource: acting("fenceSource", async () => {}),
			watched: async (act, call) => {
				const look = () => {
					this.#isSeen ||= nodes.some(({ running }) => !running.readOnly);
					if (!this.#isSeen) return;
					throw new CutoverError("writable", "a node takes writes");
				};
				this.#isSeen = false;
				look();
				try {
					await act(call);
				} finally {
					if (!this.#isDead) look();
				}
			},
		};
	}
}
