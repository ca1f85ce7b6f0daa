import { randomBytes } from "node:crypto";
import type { ObjectStore } from "../../store/object-store.ts";
import { prefix } from "../../store/prefix.ts";
import type { DriverSettings } from "../settings.ts";
import { rootDirectory } from "../target/target.ts";

/** What the names of all places of rehearsals begin with. */
const SCRATCH_PREFIX = "regmigrate-rehearsal-";

const NAME = /^regmigrate-rehearsal-[0-9a-f]{12}$/;

/** A place in a target that is a rehearsal's alone: nobody else writes there, and all of it is removed in the end. */
export interface Scratch {
	readonly name: string;
	/** Without secrets. */
	readonly url: string;
	/** A store in it; `part` is a word. Not to be disposed of: it is the target's. */
	store(part: string): ObjectStore;
	/** The settings of the target with that store in place of it. */
	storage(settings: DriverSettings, part: string): DriverSettings;
	/** Removes all objects in it, and resolves to how many there were. Rejects with a `StoreError`. */
	remove(signal?: AbortSignal): Promise<number>;
}

/** A new place in a target. Nothing is written yet. */
export function newScratch(target: ObjectStore): Scratch {
	return scratchNamed(
		target,
		`${SCRATCH_PREFIX}${randomBytes(6).toString("hex")}`,
	);
}

function scratchNamed(target: ObjectStore, name: string): Scratch {
	// What is removed is all that lies below it.
	if (!NAME.test(name)) throw new RangeError(`${name} names no such place`);
	const store = (part: string) => prefix(target, `${name}/${part}/`);
	return {
		name,
		url: `${target.url.replace(/\/$/, "")}/${name}`,
		store,
		storage({ driver, parameters }, part) {
			const { rootdirectory: root = "" } = parameters;
			const path = `${String(root)}/${name}/${part}`;
			return {
				driver,
				parameters: { ...parameters, rootdirectory: rootDirectory(path) ?? "" },
			};
		},
		remove: (signal) => removeBelow(target, `${name}/`, signal),
	};
}

/** Listings that are begun: what a registry wrote while we listed is found by the next one. */
const ROUNDS = 5;

async function removeBelow(
	store: ObjectStore,
	inside: string,
	signal: AbortSignal | undefined,
): Promise<number> {
	let removed = 0;
	for (let round = 0; round < ROUNDS; round++) {
		let isEmpty = true;
		for await (const { objects, unreadable } of store.list({
			prefix: inside,
			signal,
		})) {
			if (unreadable[0] !== undefined) throw unreadable[0].error;
			if (objects.length === 0) continue;
			isEmpty = false;
			const keys = objects.map(({ key }) => key);
			const failures = await store.delete(keys, { signal });
			const [failure] = failures.values();
			if (failure !== undefined) throw failure;
			removed += keys.length;
		}
		if (isEmpty) break;
	}
	return removed;
}

/** The places in a target that rehearsals have left which were killed. Rejects with a `StoreError`. */
export async function leftScratch(
	target: ObjectStore,
	signal: AbortSignal | undefined,
): Promise<readonly string[]> {
	const left: string[] = [];
	for await (const { prefixes } of target.list({
		prefix: SCRATCH_PREFIX,
		isShallow: true,
		signal,
	}))
		left.push(...prefixes.map((name) => name.slice(0, -1)));
	return left.filter((name) => NAME.test(name));
}
