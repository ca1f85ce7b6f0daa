import { StoreError, type StoreErrorOptions } from "../errors.ts";
import type { HttpRequest } from "./connections.ts";
import type { HttpResponse } from "./exchange.ts";

/**
 * Refuses a page for people that comes in place of the answer to a write: a proxy or a portal on the way can give one
 * with the status of success, and nothing was written then. No store answers so. Only an object can be such a page, so
 * that of what is read nothing follows from it.
 */
export function refuseForeign(
	{ method }: Pick<HttpRequest, "method">,
	{ headers }: HttpResponse,
	about: StoreErrorOptions,
): void {
	if (method === "GET" || method === "HEAD") return;
	if (!/^text\/html\b/i.test(String(headers["content-type"] ?? ""))) return;
	const reason = "not the store has answered: what came is a web page";
	throw new StoreError("unavailable", reason, {
		...about,
		suggestions: [
			"Check what is between this machine and the endpoint: a proxy may ask to sign in.",
		],
	});
}
