import type { ResponseHeaders } from "./exchange.ts";

/**
 * How long a response asks to wait before the next attempt (ms), by its Retry-After header: seconds, or a date, which
 * is held against the server's own clock where it tells it. `undefined` when it asks for nothing that can be read.
 * Source: RFC 9110, 10.2.3.
 */
export function retryAfterMs(
	headers: ResponseHeaders,
	now: number = Date.now(),
): number | undefined {
	const value = headers["retry-after"];
	if (typeof value !== "string") return undefined;
	if (/^\d+$/.test(value)) return Number(value) * 1000;
	const at = dateIn(value);
	return at === undefined
		? undefined
		: Math.max(0, at - (dateIn(headers.date) ?? now));
}

/** A date as HTTP writes it (`Sun, 06 Nov 1994 08:49:37 GMT`), in milliseconds since 1970. */
function dateIn(value: ResponseHeaders[string]): number | undefined {
	if (typeof value !== "string" || !/^[A-Z][a-z]{2}, .* GMT$/.test(value))
		return undefined;
	const at = Date.parse(value);
	return Number.isNaN(at) ? undefined : at;
}
