import { createHttpHeaders, type HttpClient } from "@azure/core-rest-pipeline";
import { flatHeaders, methodNamed } from "../http/fetch.ts";
import type { Transport } from "../http/transport.ts";

/**
 * Sends the requests by which Azure's own library gets tokens over the store's transport. `failed` is told why one got no
 * answer, since the library keeps that to itself.
 */
export function identityRequests(
	transport: Transport,
	failed: (error: unknown) => void,
): HttpClient {
	return {
		async sendRequest(request) {
			const { origin, pathname, search } = new URL(request.url);
			const { status, headers, body } = await transport
				.request({
					origin,
					path: `${pathname}${search}`,
					method: methodNamed(request.method),
					headers: request.headers.toJSON(),
					body: bytesOf(request.body),
					signal: signalOf(request),
				})
				.catch((error: unknown) => {
					failed(error);
					throw error;
				});
			return {
				request,
				status,
				headers: createHttpHeaders(flatHeaders(headers)),
				bodyAsText: body.toString(),
			};
		},
	};
}

/** It asks for tokens with texts only. */
function bytesOf(body: unknown): Uint8Array | undefined {
	if (body === undefined || body === null || body === "") return undefined;
	if (typeof body === "string") return Buffer.from(body);
	throw new TypeError("a body that is not a text is not supported");
}

/** How long it waits is short where it only tries whether somebody is there; 0 is for ever. */
function signalOf({
	abortSignal,
	timeout,
}: {
	readonly abortSignal?: unknown;
	readonly timeout: number;
}): AbortSignal | undefined {
	const given = abortSignal instanceof AbortSignal ? [abortSignal] : [];
	const deadline = timeout > 0 ? [AbortSignal.timeout(timeout)] : [];
	const signals = [...given, ...deadline];
	return signals.length === 0 ? undefined : AbortSignal.any(signals);
}
