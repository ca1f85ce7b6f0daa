import type { RegistryNode } from "../registry/node.ts";
import type { RegistryClient } from "../registry/probe/registry-client.ts";
import type { TurnOffOptions } from "../registry/read-only/turn.ts";
import type { Settings } from "../registry/settings.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { SyncResult } from "../sync/events.ts";
import type { SyncOptions } from "../sync/pass.ts";
import type { PassTiming } from "../sync/pass-timing.ts";
import type { Hooks } from "./announce.ts";
import type { PlannedDeletes } from "./before/planned-deletes.ts";
import type { RestartEstimate } from "./before/predict.ts";
import type { Prediction } from "./before/prediction.ts";
import type { Rehearsed } from "./before/rehearse.ts";
import type { DatabaseRecord } from "./course/journal-record.ts";
import type { Call, Course } from "./course/step.ts";
import type { Destination } from "./destination.ts";
import type { PullsResult } from "./pulls/pull-record.ts";
import type { TagSummary } from "./rollback/tag-summary.ts";

/** A node, and who asks it. */
export interface CutoverNode {
	readonly node: RegistryNode;
	readonly client: RegistryClient;
}

/** What is told of what the steps do, as it happens. */
export type WorldEvent =
	| {
			readonly type: "pass";
			readonly kind: "live" | "final";
			readonly result: SyncResult;
	  }
	/** Something was left out because the operator said so. The text is a sentence that says what is not proven by that. */
	| {
			readonly type: "acknowledged";
			readonly flag: string;
			readonly text: string;
	  }
	/** What the last pass is to delete. */
	| ({ readonly type: "deletes-planned" } & PlannedDeletes)
	/**
	 * All is done that can be done while the registry is in use. `next` is what the last pass is expected to take, and
	 * `deletes` how many objects it deletes; `doubtful`: objects that are compared under read-only, since they move.
	 */
	| ({
			readonly type: "predicted";
			readonly next: PassTiming;
			readonly deletes: number;
			readonly doubtful: number;
			readonly restart: RestartEstimate;
	  } & Prediction)
	| {
			readonly type: "verified";
			readonly objects: number;
			readonly isWhole: boolean;
	  }
	| { readonly type: "switched"; readonly node: string }
	| {
			readonly type: "served";
			readonly node: string;
			readonly hosts: readonly string[];
	  }
	/** Of a registry with a metadata database. */
	| {
			readonly type: "collection";
			readonly node: string;
			readonly isOn: boolean;
	  }
	/** It uses this storage: what was pushed through it lies there. */
	| {
			readonly type: "stored";
			readonly node: string;
			readonly store: "source" | "target";
	  }
	| { readonly type: "opened"; readonly node: string }
	| {
			readonly type: "flushed";
			readonly address: string;
			readonly keys: number;
	  }
	/** The old source is unwritable; `refused`: those by whom it was tried. */
	| {
			readonly type: "fenced";
			readonly source: string;
			readonly directories: number;
			readonly files: number;
			readonly refused: readonly string[];
	  }
	/** What was done to tags at the target since the registry went over to it. */
	| { readonly type: "tags"; readonly tags: TagSummary }
	/** A command of the operator's was run; the last lines that it said. */
	| {
			readonly type: "announced";
			readonly window: "open" | "closed";
			readonly said: readonly string[];
	  }
	/** How pulls went while the window was open. */
	| ({ readonly type: "pulls" } & PullsResult)
	/** A sentence. */
	| { readonly type: "note"; readonly text: string };

/** What is known of a metadata database, and outlives this process. */
export interface DatabaseNotes {
	/** `undefined`: the metadata are in the storage, or nobody has looked yet. */
	read(): DatabaseRecord | undefined;
	/** Notes it, durably. */
	write(found: Pick<DatabaseRecord, "nodes" | "acknowledged">): void;
	/** How the operator says that a backup of the database has been made; `undefined`: not at all. */
	acknowledge(
		signal: AbortSignal | undefined,
	): Promise<DatabaseRecord["acknowledged"] | undefined>;
}

/** What a course from one storage to another is made of: `source` is where it begins, `target` where it leads. */
export interface World {
	readonly course: Course;
	readonly destination: Destination;
	readonly nodes: readonly CutoverNode[];
	readonly source: ObjectStore;
	readonly target: ObjectStore;
	/** Of every pass. */
	readonly pass: Pick<
		SyncOptions,
		| ("indexPath" | "concurrency" | "metadata")
		| ("isExtra" | "isTargetNotEmpty" | "isTakeOver")
	>;
	/** How nodes are made read-only and brought back. */
	readonly turn: Omit<TurnOffOptions, "approve" | "signal">;
	/** Commands for people. */
	readonly hooks: Hooks;
	/** Names the canary, and what is kept of configurations. */
	readonly id: string;
	/** A repository that exists, where a registry does not let everybody ask for any. */
	readonly repository: string | undefined;
	/** The operator's own, in which an image is pushed and deleted at the end; `undefined`: none is. */
	readonly testRepository: string | undefined;
	/**
	 * Names the images by which it is proven which storage the nodes of a registry with a metadata database use: none that
	 * another attempt has pushed.
	 */
	readonly witnessId: string;
	readonly database: DatabaseNotes;
	/** Go on although something is broken in the source: it is so at the target, too. */
	readonly acceptsDamage: boolean;
	/** How long the pass after the live ones may take (ms). */
	readonly passWithinMs: number;
	/** How long pushes may be refused, at most, the way back included (ms); default for as long as it takes. */
	readonly maxWindowMs: number | undefined;
	/** How long a restart of a node takes. */
	readonly restart: RestartEstimate;
	/** Tries the target with the registry's own program; `undefined`: it is not to be tried. */
	readonly rehearse: ((call: Call) => Promise<Rehearsed>) | undefined;
	/** Whether all of the target is compared while the registry is in use. */
	readonly isVerifiedLive: boolean;
	/** The file of what the last pass is to delete. */
	readonly deletePlanPath: string;
	/** Where it is kept what is in doubt of the target when all is done that can be in use. */
	readonly doubtPath: string;
	/** Most objects that the last pass deletes; default as for a pass, and at most a quarter of the target. */
	readonly maxDeletes: number | undefined;
	/** Whether somebody else may use the registry's Redis database. */
	readonly isSharedRedis: boolean;
	/** Where it is kept what the source was before it is fenced; `undefined`: it is not. */
	readonly fencePath: string | undefined;
	readonly approve: (signal: AbortSignal | undefined) => Promise<boolean>;
	readonly observe: (event: WorldEvent) => void;
}

/** What a cutover is made of. */
export interface CutoverWorld extends World {
	/** What every node is switched to. Secrets inside (I7). */
	readonly settings: TargetSettings;
	/** Where it is kept what was on both sides when the registry went over. */
	readonly basePath: string;
}

export type TargetSettings = Pick<Settings, "storage" | "redirectDisabled">;
