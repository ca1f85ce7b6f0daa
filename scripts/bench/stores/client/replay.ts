import { createHmac, hash } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Pool } from "undici";
import { LINK, linkKey } from "../registry-objects.ts";
import { LANES } from "./lanes.ts";
import type { Measured } from "./measured.ts";

/** A request as undici has it. */
interface Request {
	readonly method: "GET" | "PUT" | "POST";
	readonly path: string;
	/** Names and values in turn, without the host's and the length. */
	readonly headers: readonly string[];
	readonly body: Uint8Array | null;
}

/** Published for every request. Source: undici's documentation, "Diagnostics Channel Support". */
const CREATED = "undici:request:create";

/**
 * Sends what a store sent for a put and for a page, again and again, as it is; `prove` is called for each. What comes
 * back is read, and not looked into.
 */
export async function replay(
	store: Measured,
	origin: string,
	prove: (request: Request) => unknown = () => undefined,
): Promise<Measured> {
	const put = await lastRequest(() => store.put(linkKey(0), LINK));
	const page = await lastRequest(async () => {
		let pages = 0;
		for await (const _ of store.list()) if (++pages === 2) break;
	});
	const pool = new Pool(origin, { connections: LANES });
	const send = async (request: Request) => {
		prove(request);
		const { method, path, body } = request;
		const headers = [...request.headers];
		const response = await pool.request({ method, path, headers, body });
		if (response.statusCode >= 300) throw new Error("the sink refuses");
		return await response.body.text();
	};
	return {
		put: () => send(put),
		async *list() {
			for (;;) yield await send(page);
		},
	};
}

/** What the providers' proofs have in common at least: SHA-256 or MD5 of the body, and an HMAC of the request's head. */
export function sign({ method, path, headers, body }: Request): string {
	const digest = hash("sha256", body ?? "", "hex");
	return createHmac("sha256", "a key of this day, this region and this service")
		.update(`${method}\n${path}\n${headers.join("\n")}\n${digest}`)
		.digest("hex");
}

async function lastRequest(act: () => Promise<unknown>): Promise<Request> {
	let last: Request | undefined;
	const remember = (message: unknown) => {
		({ request: last } = message as { request: Request });
	};
	subscribe(CREATED, remember);
	await act();
	unsubscribe(CREATED, remember);
	if (last === undefined) throw new Error("the store has sent nothing");
	const { method, path, headers, body } = last;
	return { method, path, headers: [...headers], body };
}
