import { azureSettings } from "./azure-settings.ts";
import { filesystemSettings } from "./filesystem-settings.ts";
import { gcsSettings } from "./gcs-settings.ts";
import type { Product } from "./product.ts";
import { s3Settings } from "./s3-settings.ts";
import {
	type MakeSettings,
	refusing,
	type Target,
	type TargetOptions,
	type TargetSettings,
} from "./target.ts";

const KINDS: ReadonlyMap<string, MakeSettings> = new Map([
	["file:", filesystemSettings],
	["s3:", s3Settings],
	["az:", azureSettings],
	["gs:", gcsSettings],
]);

/**
 * What a registry is to be told so that it uses a store, in the words of its version: the inverse of `locate`. What its
 * driver has no word for is refused where objects would then lie elsewhere or otherwise, or could not be reached; the
 * rest is said in a note. Options that say how regmigrate works (`multipart-threshold`, `append-blobs-below`) are not
 * passed on. Throws a `RegistryError` `refused`, or the `StoreError` of a URL that no store can be opened by.
 */
export function driverSettings(
	target: Target,
	product: Product,
	options: TargetOptions,
): TargetSettings {
	const refuse = refusing(target);
	const make = KINDS.get(target.url.protocol);
	if (make === undefined)
		throw refuse(`no registry has a driver for ${target.url.protocol}//`);
	const { storage, notes } = make(target, product, options, refuse);
	const { set = {} } = options;
	const names = Object.keys(set);
	if (names.length === 0) return { storage, notes };
	return {
		storage: { ...storage, parameters: { ...storage.parameters, ...set } },
		notes: [...notes, `Set by hand, and not checked: ${names.join(", ")}.`],
	};
}
