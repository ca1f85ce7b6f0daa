import { Readable } from "node:stream";
import { flatHeaders, methodNamed } from "../http/fetch.ts";
import { encodeComponent } from "../http/percent-encoding.ts";
import type { Transport } from "../http/transport.ts";

/** A request in the form in which the SDK gives it. */
interface SdkRequest {
	readonly method: string;
	/** With its ":". */
	readonly protocol: string;
	readonly hostname: string;
	readonly port?: number | undefined;
	/** Encoded. */
	readonly path: string;
	/** By name, neither encoded; `null` for a name without a value. */
	readonly query?:
		| Readonly<Record<string, string | readonly string[] | null>>
		| undefined;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: unknown;
}

/** An answer in the form in which the SDK reads it. */
interface SdkResponse {
	readonly statusCode: number;
	readonly headers: Record<string, string>;
	readonly body: Readable;
}

/** What the SDK takes in place of its own HTTP client. */
interface SdkRequests {
	readonly metadata: { readonly handlerProtocol: string };
	handle(
		request: SdkRequest,
		options?: { readonly abortSignal?: unknown },
	): Promise<{ readonly response: SdkResponse }>;
	destroy(): void;
}

/** Sends the requests of the AWS SDK over the store's transport, also those by which it gets credentials. */
export function sdkRequests(transport: Transport): SdkRequests {
	return {
		metadata: { handlerProtocol: "http/1.1" },
		async handle(request, { abortSignal } = {}) {
			const { status, headers, body } = await transport.request({
				origin: originOf(request),
				path: pathOf(request),
				method: methodNamed(request.method),
				headers: request.headers,
				body: bytesOf(request.body),
				signal: abortSignal instanceof AbortSignal ? abortSignal : undefined,
			});
			return {
				response: {
					statusCode: status,
					headers: flatHeaders(headers),
					body: Readable.from(body.length === 0 ? [] : [body]),
				},
			};
		},
		destroy() {
			void transport[Symbol.asyncDispose]();
		},
	};
}

function originOf({ protocol, hostname, port }: SdkRequest): string {
	const authority = port === undefined ? hostname : `${hostname}:${port}`;
	return new URL(`${protocol}//${authority}`).origin;
}

/** As it was signed. */
function pathOf({ path, query = {} }: SdkRequest): string {
	const parameters = Object.entries(query).flatMap(([name, value]) =>
		[value]
			.flat()
			.map((one) =>
				one === null
					? encodeComponent(name)
					: `${encodeComponent(name)}=${encodeComponent(one)}`,
			),
	);
	return parameters.length === 0 ? path : `${path}?${parameters.join("&")}`;
}

/** None of our calls sends a stream. */
function bytesOf(body: unknown): Uint8Array | undefined {
	if (body === undefined || body === null || body === "") return undefined;
	if (typeof body === "string") return Buffer.from(body);
	if (body instanceof Uint8Array) return body;
	if (ArrayBuffer.isView(body))
		return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
	throw new TypeError("a body that is a stream is not supported");
}
