import { createHash } from "node:crypto";
import { type Digest, formatDigest } from "../../layout/digest.ts";
import type { HttpStream } from "../../store/http/exchange.ts";
import type { Call } from "../../store/object-store.ts";
import { gather } from "./gather.ts";
import { fromExchange, ProbeError } from "./probe-error.ts";
import { unexpected } from "./registry-answer.ts";
import type { RegistryClient } from "./registry-client.ts";

/** A blob of a repository. */
export interface BlobReference {
	readonly repository: string;
	readonly digest: Digest;
	/** Bytes, where somebody said how many; default any. */
	readonly size?: number | undefined;
}

/** How a blob came, or its headers. */
export interface FetchedBlob {
	/** The hosts that the registry, and who came after it, sent us to; none: it serves blobs itself. */
	readonly hosts: readonly string[];
	/** Bytes that came; of a HEAD, those that were said. */
	readonly bytes: number;
}

/** Most times that we are sent elsewhere: a bucket may send us to its region. */
const MAX_REDIRECTS = 5;
/** Bytes of an error that are read, for its code. */
const ERROR_BYTES = 64 * 1024;

/**
 * Gets a blob as clients do, wherever the registry sends us, and proves its bytes by its digest as they come; or asks
 * for its headers alone. URLs that are signed hold for one method only, so one proves nothing of the other. Rejects with
 * a `ProbeError`, which shows no more of where we were sent than the host (I7).
 */
export async function fetchBlob(
	client: RegistryClient,
	blob: BlobReference,
	method: "GET" | "HEAD",
	call: Call = {},
): Promise<FetchedBlob> {
	const name = formatDigest(blob.digest);
	const what = `${method} the blob ${name} of ${blob.repository} at ${client.name}`;
	const path = `/v2/${blob.repository}/blobs/${name}`;
	let answer = await client.stream({
		method,
		path,
		scope: `repository:${blob.repository}:pull`,
		...call,
	});
	const hosts: string[] = [];
	let base = new URL(path, client.origin);
	for (;;) {
		const location = redirectOf(answer);
		if (location === undefined) break;
		answer.cancel();
		const next = URL.parse(location, base.href);
		if (next === null || !/^https?:$/.test(next.protocol))
			throw new ProbeError("failed", what, "it sends us to what is no URL");
		base = next;
		hosts.push(base.host);
		if (hosts.length > MAX_REDIRECTS)
			throw new ProbeError("failed", what, "it sends us around in circles");
		answer = await client.elsewhere(base, method, call).catch((error) => {
			throw error instanceof ProbeError
				? unreachable(what, base.host, error)
				: error;
		});
	}
	if (answer.status !== 200) throw await refusal(answer, what, hosts);
	const bytes =
		method === "HEAD"
			? said(answer)
			: await prove(answer, blob, what, call.signal);
	return { hosts, bytes };
}

function redirectOf({ status, headers }: HttpStream): string | undefined {
	const { location } = headers;
	return [301, 302, 303, 307, 308].includes(status) &&
		typeof location === "string"
		? location
		: undefined;
}

function unreachable(what: string, host: string, error: ProbeError) {
	return new ProbeError(
		error.code,
		what,
		`the registry sends clients to ${host}, which cannot be reached from here: ${error.reason}`,
		{
			cause: error.cause,
			suggestions: [
				`Let all clients reach ${host}, or have the registry serve blobs itself (redirect.disable).`,
			],
		},
	);
}

async function refusal(
	answer: HttpStream,
	what: string,
	hosts: readonly string[],
): Promise<ProbeError> {
	const body = await gather(answer, ERROR_BYTES);
	const host = hosts.at(-1);
	if (host === undefined)
		return unexpected({ status: answer.status, body }, what);
	// Stores explain themselves at length, with what was signed; the code is enough.
	const [, code] = /<Code>(\w+)<\/Code>/.exec(body.toString()) ?? [];
	const detail = code === undefined ? "" : ` (${code})`;
	return new ProbeError(
		"failed",
		what,
		`the registry sends clients to ${host}, which answered ${answer.status}${detail}`,
		{
			suggestions: [
				"Check the registry's credentials for its bucket, and that they may read there.",
			],
		},
	);
}

function said(answer: HttpStream): number {
	answer.cancel();
	return Number(answer.headers["content-length"] ?? 0);
}

async function prove(
	answer: HttpStream,
	{ digest, size }: BlobReference,
	what: string,
	signal: AbortSignal | undefined,
): Promise<number> {
	const hash = createHash(digest.algorithm);
	let bytes = 0;
	try {
		for await (const chunk of answer.chunks()) {
			hash.update(chunk);
			bytes += chunk.length;
		}
	} catch (error) {
		throw fromExchange(error, what, signal);
	}
	if (size !== undefined && bytes !== size)
		throw new ProbeError(
			"unproven",
			what,
			`${bytes} bytes came, and its manifest says ${size}`,
		);
	const hex = hash.digest("hex");
	if (hex === digest.hex) return bytes;
	throw new ProbeError(
		"unproven",
		what,
		`the ${bytes} bytes that came have the digest ${digest.algorithm}:${hex}`,
	);
}
