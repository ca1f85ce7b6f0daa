import type { ServerResponse } from "node:http";
import type { Arrived, Handler } from "../http/http-server.ts";
import { give, refuse, resource } from "./scripted-gcs.ts";

/** What becomes of a PUT to the session, where it is not what should be. */
type Mishap =
	/** The connection breaks after so many bytes were kept. */
	| { readonly breaksAfter: number }
	/** Only so many bytes are kept, and the answer says so. */
	| { readonly keeps: number }
	/** All is well, but the answer is lost. */
	| "answer lost"
	/** What has arrived so far becomes the object. */
	| "ends"
	/** The answer is this. */
	| { readonly status: number; readonly range?: string };

/** How the server is to behave. */
export interface UploadScript {
	/** Asked for each PUT, counted from 0. */
	readonly mishap?: ((number: number) => Mishap | undefined) | undefined;
	/** What is stored of what was sent; default all of it. */
	readonly stores?: ((content: Buffer) => Buffer) | undefined;
	/** What the session is called; default a path of the server's own. */
	readonly location?: string | undefined;
}

/** What the server has seen. */
export interface UploadServer {
	readonly handle: Handler;
	/** The content of the object, once there is one. */
	object(): Buffer | undefined;
	/** `content-range` of every PUT. */
	readonly ranges: readonly string[];
	/** Every other request, as METHOD and path. */
	readonly others: readonly string[];
}

export const SESSION = "/upload/storage/v1/b/reg/o?upload_id=a-secret-id";

/** A server that takes one resumable upload as Cloud Storage does, but for what the script says. */
export function uploadServer(script: UploadScript = {}): UploadServer {
	const ranges: string[] = [];
	const others: string[] = [];
	let kept = Buffer.alloc(0);
	let object: Buffer | undefined;

	const answer = (size: number, response: ServerResponse) => {
		if (object !== undefined) return give(response, resource("a", object));
		if (kept.length < size) return incomplete(response);
		object = script.stores?.(kept) ?? kept;
		give(response, resource("a", object));
	};
	const incomplete = (response: ServerResponse) => {
		if (kept.length > 0)
			response.setHeader("range", `bytes=0-${kept.length - 1}`);
		response.writeHead(308).end();
	};
	const put = (request: Arrived, response: ServerResponse) => {
		const range = request.headers["content-range"] ?? "";
		const mishap = script.mishap?.(ranges.length);
		ranges.push(range);
		const [, start, total] =
			/^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(range) ?? [];
		const size = Number(total);
		if (typeof mishap === "object" && "status" in mishap) {
			if (mishap.range !== undefined) response.setHeader("range", mishap.range);
			return void response.writeHead(mishap.status).end();
		}
		if (start !== undefined) {
			if (Number(start) !== kept.length)
				return refuse(response, 400, "invalid", "not where the upload is");
			const all = request.body.length;
			const count =
				typeof mishap !== "object"
					? all
					: "keeps" in mishap
						? mishap.keeps
						: mishap.breaksAfter;
			kept = Buffer.concat([kept, request.body.subarray(0, count)]);
		}
		if (typeof mishap === "object" && "breaksAfter" in mishap)
			return void response.socket?.destroy();
		if (mishap === "answer lost") {
			if (kept.length === size) object = script.stores?.(kept) ?? kept;
			return void response.socket?.destroy();
		}
		if (mishap === "ends") object = kept;
		answer(size, response);
	};
	return {
		ranges,
		others,
		object: () => object,
		handle(request, response) {
			const { method, url, query } = request;
			if (method === "PUT" && query.get("upload_id") === "a-secret-id")
				return put(request, response);
			others.push(`${method} ${url}`);
			if (method === "POST") {
				response.setHeader("location", script.location ?? SESSION);
				return void response.end();
			}
			response.writeHead(query.has("upload_id") ? 499 : 204).end();
		},
	};
}
