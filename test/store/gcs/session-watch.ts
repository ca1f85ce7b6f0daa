import { createServer, request } from "node:http";
import { originOf } from "../http/http-server.ts";

/** A server that passes everything on to another one, and sees which upload sessions are begun and ended. */
export interface SessionWatch extends AsyncDisposable {
	readonly origin: string;
	/** Sessions of a bucket that were neither completed nor cancelled. */
	open(bucket: string): readonly string[];
}

const BUCKET = /^\/upload\/storage\/v1\/b\/([^/]+)\/o/;

/** Starts it before an emulator that can neither list its sessions nor forget them; the test disposes of it. */
export async function watchSessions(server: string): Promise<SessionWatch> {
	const sessions = new Map<string, string>();
	const proxy = createServer((incoming, outgoing) => {
		const { method, url = "", headers } = incoming;
		const forwarded = request(
			new URL(url, server),
			{ method, headers },
			(answer) => {
				const status = answer.statusCode ?? 0;
				const begun = uploadIdIn(answer.headers.location);
				const known = uploadIdIn(url);
				if (begun !== undefined)
					sessions.set(begun, BUCKET.exec(url)?.[1] ?? "");
				if (known !== undefined && (status < 300 || status === 499))
					sessions.delete(known);
				outgoing.writeHead(status, answer.headers);
				answer.pipe(outgoing);
			},
		);
		forwarded.on("error", () => outgoing.destroy());
		incoming.on("error", () => forwarded.destroy());
		incoming.pipe(forwarded);
	});
	await new Promise<void>((resolve) =>
		proxy.listen(0, "127.0.0.1", () => resolve()),
	);
	return {
		origin: originOf(proxy.address()),
		open: (bucket) =>
			[...sessions].filter(([, of]) => of === bucket).map(([id]) => id),
		async [Symbol.asyncDispose]() {
			proxy.closeAllConnections();
			await new Promise((resolve) => proxy.close(resolve));
		},
	};
}

function uploadIdIn(url: string | undefined): string | undefined {
	if (url === undefined) return undefined;
	const parsed = URL.parse(url, "http://server");
	return parsed?.searchParams.get("upload_id") ?? undefined;
}
