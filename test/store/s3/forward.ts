import type { IncomingHttpHeaders } from "node:http";
import { request } from "undici";
import type { Arrived } from "../http/http-server.ts";

/** A server's answer, as it came. */
export interface Answer {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: Buffer;
}

const METHODS = ["HEAD", "PUT", "POST", "DELETE"] as const;

/** Passes a request on to a server, signed as it is. */
export async function forward(
	{ method, url, headers, body }: Arrived,
	endpoint: string,
): Promise<Answer> {
	const { "transfer-encoding": _chunked, connection: _kept, ...rest } = headers;
	// A proxy is sent the whole URL.
	const path = url.replace(/^http:\/\/[^/]*/, "");
	const answer = await request(endpoint + path, {
		method: METHODS.find((one) => one === method) ?? "GET",
		headers: rest,
		body: body.length === 0 ? null : body,
	});
	const bytes = Buffer.from(await answer.body.arrayBuffer());
	const { "transfer-encoding": _chunks, ...told } = answer.headers;
	const hasLength = method === "HEAD" || answer.statusCode === 204;
	return {
		status: answer.statusCode,
		headers: {
			...told,
			...(hasLength ? {} : { "content-length": String(bytes.length) }),
		},
		body: bytes,
	};
}
