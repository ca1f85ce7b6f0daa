import { isIP } from "node:net";
import type { Host } from "../host/host.ts";
import { readHostFile } from "../kept-file/read-host-file.ts";
import type { Call } from "../node.ts";
import type { RedisTls } from "./redis-settings.ts";

/** What TLS needs beside the address. Secrets (I7). */
export interface TlsOptions {
	readonly rejectUnauthorized: boolean;
	readonly cert?: string | undefined;
	readonly key?: string | undefined;
	readonly ca?: string[] | undefined;
}

/** Reads, on the registry's host, what its configuration names; `undefined`: it connects without TLS. Rejects as `readHostFile` does. */
export async function tlsOptions(
	tls: RedisTls | undefined,
	host: Host,
	call: Call,
): Promise<TlsOptions | undefined> {
	if (tls === undefined) return undefined;
	const { certificate, key, authorities, isInsecure } = tls;
	const read = async (path: string) =>
		(await readHostFile(host, path, call)).text;
	// One without the other is not used by the registry either.
	const own =
		certificate === undefined || key === undefined
			? {}
			: { cert: await read(certificate), key: await read(key) };
	const named = await Promise.all(authorities.map(read));
	const { getCACertificates } = await import("node:tls");
	return {
		...own,
		rejectUnauthorized: !isInsecure,
		...(named.length === 0
			? {}
			: { ca: [...getCACertificates("default"), ...named] }),
	};
}

/** A certificate is made out to a name; of an address none is sent. */
export function serverName(host: string): { readonly servername?: string } {
	return isIP(host) === 0 ? { servername: host } : {};
}
