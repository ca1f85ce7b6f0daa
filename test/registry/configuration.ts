import { expect } from "vitest";
import { ConfigurationError } from "../../src/registry/configuration-error.ts";
import { locate } from "../../src/registry/drivers.ts";
import type { Environment } from "../../src/store/environment.ts";

/** What every secret in these tests contains. */
export const SECRET = "hunter2";

/** Where a driver's objects are: the URL as a text, and the credentials. */
export function locationOf(
	driver: string,
	parameters: Readonly<Record<string, unknown>>,
): { readonly url: string; readonly environment: Environment } {
	const { url, environment } = locate({ driver, parameters }, "config.yml");
	expect(url.href).not.toContain(SECRET);
	return { url: url.href, environment };
}

/** The error with which something is refused; whatever it is, it shows no secret (I7). */
export function refusalOf(act: () => unknown): ConfigurationError {
	try {
		act();
	} catch (error) {
		if (!(error instanceof ConfigurationError)) throw error;
		const { message, suggestions, cause } = error;
		const shown = [message, ...suggestions, JSON.stringify(error), cause];
		expect(shown.join("\n")).not.toContain(SECRET);
		return error;
	}
	throw new Error("it was not refused");
}
