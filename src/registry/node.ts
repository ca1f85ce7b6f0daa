import type { Call } from "../store/object-store.ts";
import type { Host } from "./host/host.ts";
import type { EffectiveSettings, Settings } from "./settings.ts";

export type { Call };

/**
 * A node: where one registry runs, or one release of a chart with all its pods. Each kind (`distribution/`,
 * `linux-package/`, `helm/`, `hooks/`) makes them by its own rules; who uses them knows no kind. All methods reject with a
 * `RegistryError` or a `ConfigurationError`.
 */
export interface RegistryNode {
	/** Unique among the nodes of a registry. */
	readonly name: string;
	readonly host: Host;
	/** Where the node itself, not a load balancer, answers: scheme, host, port. */
	readonly url: URL;
	/** What the next start of the registry takes for its configuration; `undefined` where only hooks know (`hooks/`). */
	settings(call?: Call): Promise<EffectiveSettings | undefined>;
	/** Works out what has to be done so that the settings are in force. Changes nothing. */
	change(settings: Settings, call?: Call): Promise<Change>;
	/**
	 * Works out the way back to what was found before the first change: byte for byte where nobody else has changed it
	 * since, else of our own keys only. Changes nothing.
	 */
	undo(call?: Call): Promise<Change>;
	/**
	 * Makes the configuration of now what `undo` leads back to. What it led back to until now is put aside under this name,
	 * with all that `restore` needs. Changes nothing of the configuration, and restarts nothing. Safe to repeat, also when it
	 * was ended in between: what was put aside first stays, and the configuration of then is the accepted one.
	 */
	accept(name: string, call?: Call): Promise<void>;
	/**
	 * Works out the way back to what `accept` has put aside under a name: byte for byte where nobody else has changed the
	 * configuration since it was accepted (what we have changed since does not count), else of our own keys only, and `notes`
	 * says so. Changes nothing. After a step in between, `undo` leads back to what was accepted; after the last one, nowhere.
	 *
	 * Write and activate it also when it names no file and no command: what an earlier run has left is tidied up. Rejects
	 * with `not-found` where nothing is kept under that name, with `changed` where somebody else has changed our own keys.
	 */
	restore(name: string, options: RestoreOptions, call?: Call): Promise<Change>;
	/** Those that serve now, by what tells one from its successor; `undefined`: it cannot be told on this node. */
	instances(call?: Call): Promise<readonly Instance[] | undefined>;
	/** Of these, those that have not ended yet, whether they still listen or not. */
	remaining(
		instances: readonly Instance[],
		call?: Call,
	): Promise<readonly Instance[]>;
}

export interface RestoreOptions {
	/** Whether it still refuses writes: a step in between, before the way back ends with `false`. */
	readonly readOnly: boolean;
	/** Whether a metadata database stays pinned, and the collection of its garbage stopped: a step in between, too. Default false. */
	readonly isCollectionPaused?: boolean | undefined;
}

/** A process or a pod that serves a registry. */
export interface Instance {
	/** A process id with its start time, or a pod's uid: never used twice. */
	readonly id: string;
	/** As people call it: `process 4711`, `pod registry-6f7…`. */
	readonly name: string;
}

/** What is to be done to a node, known before it is done. */
export interface Change {
	/** What there is to do; empty: what is asked for is configured already, and running, as far as can be told. */
	readonly files: readonly FileChange[];
	/** Commands that make it effective, in order, as a person would type them; shown before they are run. Never a secret. */
	readonly commands: readonly string[];
	/** What the operator should know: sentences (`REGISTRY_STORAGE_… overrides the file`). */
	readonly notes: readonly string[];
	/**
	 * Writes the files: the originals are kept beside a `restore.sh`, each file is replaced as a whole or not at all, and
	 * refused (`changed`) when it is no longer as it was read. Safe to repeat.
	 */
	write(call?: Call): Promise<void>;
	/**
	 * Runs the commands that make it effective, and waits for them. Says nothing about the registry's state: that is proven
	 * from outside (`probe/`, I6).
	 */
	activate(call?: Call): Promise<void>;
}

/** A file, or an object of a cluster, before and after. Secrets inside (I7): shown only through `maskedDiff`. */
export interface FileChange {
	readonly path: string;
	/** `undefined`: it is not there. */
	readonly before: string | undefined;
	/** `undefined`: it is removed. */
	readonly after: string | undefined;
}
