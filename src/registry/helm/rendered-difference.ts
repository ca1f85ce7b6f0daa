import { isDeepStrictEqual } from "node:util";
import {
	isRegistrys,
	type RenderedObject,
	type RenderedObjects,
} from "./manifest.ts";

/** One release, rendered several times. */
export interface Renderings {
	/** As it is installed. */
	readonly installed: RenderedObjects;
	/** As an upgrade with the same values would make it, twice. */
	readonly unchanged: RenderedObjects;
	readonly again: RenderedObjects;
	/** As an upgrade with our values would make it. */
	readonly changed: RenderedObjects;
}

/** Names of objects that an upgrade would change beside what is asked for. */
export interface Difference {
	/** Our values reach them, and they are not the registry's. */
	readonly foreign: readonly string[];
	/** The next upgrade changes them, whoever makes it. */
	readonly pending: readonly string[];
	/** They are rendered differently each time. */
	readonly random: readonly string[];
}

/**
 * Sorts out what an upgrade would change.
 *
 * | installed, unchanged | unchanged, again | unchanged, changed | object's     |               |
 * | -------------------- | ---------------- | ------------------ | ------------ | ------------- |
 * | -                    | differ           | -                  | anybody's    | random        |
 * | differ               | same             | -                  | anybody's    | pending       |
 * | same                 | same             | differ             | the registry | what we want  |
 * | same                 | same             | differ             | another      | foreign       |
 * | same                 | same             | same               | anybody's    | nothing       |
 *
 * An object that is there in one of them only differs. `prefix` is where the registry's chart is.
 */
export function renderedDifference(
	renderings: Renderings,
	prefix: readonly string[],
): Difference {
	const { installed, unchanged, again, changed } = renderings;
	const names = new Set(
		[installed, unchanged, again, changed].flatMap((one) => [...one.keys()]),
	);
	const foreign: string[] = [];
	const pending: string[] = [];
	const random: string[] = [];
	for (const name of names) {
		const [before, now, once, after] = [
			installed,
			unchanged,
			again,
			changed,
		].map((one) => one.get(name));
		if (!isSame(now, once)) random.push(name);
		else if (!isSame(before, now)) pending.push(name);
		else if (!isSame(now, after)) {
			const object = after ?? now;
			if (object === undefined || !isRegistrys(object, prefix))
				foreign.push(name);
		}
	}
	return { foreign, pending, random };
}

function isSame(
	one: RenderedObject | undefined,
	other: RenderedObject | undefined,
): boolean {
	return isDeepStrictEqual(one?.content, other?.content);
}
