import type { HttpRequest } from "./connections.ts";
import type { ResponseHeaders } from "./exchange.ts";
import type { Transport } from "./transport.ts";
import type { TlsOptions } from "./way.ts";

/** `fetch` over a transport, for libraries that take one in place of their own. Redirects are not followed. */
export function fetchOver(transport: Transport): typeof fetch {
	return async (input, init) => {
		const request = new Request(input, init);
		const { origin, pathname, search } = new URL(request.url);
		const { status, headers, body } = await transport.request(
			{
				origin,
				path: `${pathname}${search}`,
				method: methodNamed(request.method),
				headers: Object.fromEntries(request.headers),
				body:
					request.body === null
						? undefined
						: new Uint8Array(await request.arrayBuffer()),
				signal: request.signal,
			},
			certificateIn(init),
		);
		const isEmpty = status === 204 || status === 205 || status === 304;
		return new Response(isEmpty ? null : new Uint8Array(body), {
			status,
			headers: flatHeaders(headers),
		});
	};
}

/** Headers with each value as one text. */
export function flatHeaders(headers: ResponseHeaders): Record<string, string> {
	return Object.fromEntries(
		Object.entries(headers).map(([name, value]) => [
			name,
			Array.isArray(value) ? value.join(", ") : (value ?? ""),
		]),
	);
}

/** The method, where it is one that requests are made with. */
export function methodNamed(method: string): HttpRequest["method"] {
	switch (method) {
		case "GET":
		case "HEAD":
		case "PUT":
		case "POST":
		case "DELETE":
			return method;
		default:
			throw new TypeError(`the method ${method} is not supported`);
	}
}

/** Google's library hands the certificate that shows who we are over in the agent of Node's own client. */
function certificateIn(init: RequestInit | undefined): TlsOptions | undefined {
	const agent: unknown =
		init === undefined ? undefined : Reflect.get(init, "agent");
	if (typeof agent !== "object" || agent === null) return undefined;
	const options: unknown = Reflect.get(agent, "options");
	if (typeof options !== "object" || options === null) return undefined;
	const { cert, key } = Object.fromEntries(Object.entries(options));
	if (cert === undefined || key === undefined) return undefined;
	return { certificate: { cert: String(cert), key: String(key) } };
}
