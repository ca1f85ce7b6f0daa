import type { Environment } from "../store/environment.ts";
import type { Parameters } from "./parameters.ts";

/** Where the objects of a registry are, and with what credentials: as stores are opened. */
export interface StoreLocation {
	/** Without secrets (I7). */
	readonly url: URL;
	/** Variables that go before the process's own. Secrets (I7). */
	readonly environment: Environment;
}

/** The options of a URL; those that are `undefined` are left out. */
export type Options = Readonly<Record<string, string | undefined>>;

/**
 * Makes the URL of a store. `root` is the driver's root directory, of which the slashes around do not count: every
 * driver drops them.
 */
export function storeUrl(
	scheme: string,
	place: string,
	root: string,
	options: Options,
	{ driver, refuse }: Parameters,
): URL {
	const segments = root.replaceAll(/^\/+|\/+$/g, "").split("/");
	if (segments.some((segment) => segment === "." || segment === ".."))
		throw refuse(
			`${driver}.rootdirectory has "." or ".." in it, which object stores take for names, and URLs do not`,
		);
	const path = segments.map(encodeURIComponent).join("/");
	const url = new URL(`${scheme}://${place}${path === "" ? "" : `/${path}`}`);
	for (const [name, value] of Object.entries(options))
		if (value !== undefined) url.searchParams.set(name, value);
	return url;
}

/** An option that is only given when it is true. */
export function whenTrue(flag: boolean | undefined): "true" | undefined {
	return flag === true ? "true" : undefined;
}
