import { RegistryError } from "../registry-error.ts";
import { isOlder, type Version } from "../version.ts";

/** Which registry is configured: it decides which parameters its drivers have, and how they are spelled. */
export interface Product {
	readonly name: "distribution" | "gitlab";
	/** Distribution's own; for GitLab's registry that of GitLab, with which it is released. */
	readonly version: Version;
}

/** How products are written. */
export const PRODUCT_FORM = '"distribution 3.1.2" or "gitlab 18.2"';

/** Reads `distribution 3.1.2` or `gitlab 18.2`. Throws a `RegistryError` `refused` for anything else. */
export function parseProduct(text: string): Product {
	const [, name, major, minor, patch = "0"] =
		/^(distribution|gitlab) v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?(?:[-+ ].*)?$/i.exec(
			text.trim(),
		) ?? [];
	if (name === undefined)
		throw new RegistryError(
			"refused",
			`"${text}" does not say which registry it is, and of which version`,
			{ suggestions: [`Write ${PRODUCT_FORM}.`] },
		);
	return {
		name: name.toLowerCase() === "gitlab" ? "gitlab" : "distribution",
		version: [Number(major), Number(minor), Number(patch)],
	};
}

/** Whether a product is older than a version of it. */
export function isBefore({ version }: Product, bound: Version): boolean {
	return isOlder(version, bound);
}

/** As people write it: `Distribution 3.1.2`, `GitLab 18.2.0`. */
export function productName({ name, version }: Product): string {
	const words = name === "gitlab" ? "GitLab" : "Distribution";
	return `${words} ${version.join(".")}`;
}
