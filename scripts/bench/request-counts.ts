import { createHmac } from "node:crypto";
import type { S3Connection } from "../services/s3-connection.ts";

/** How many requests a server took, by the name of the API call, such as `PutObject`. */
export type RequestCounts = Readonly<Record<string, number>>;

/** The groups of a table, and the calls in each; whatever is in none of them is `other`. */
const GROUPS: readonly (readonly [group: string, calls: RegExp])[] = [
	["put", /^PutObject(?:Part)?$/],
	["head", /^HeadObject$/],
	["get", /^GetObject$/],
	["list", /^ListObject/],
];

/** The names of the groups, in the order of a table. */
export const REQUEST_GROUPS: readonly string[] = [
	...GROUPS.map(([group]) => group),
	"other",
];

/** The calls of one of the groups, added up. */
export function requestsOf(group: string, counts: RequestCounts): number {
	return Object.entries(counts)
		.filter(([call]) => groupOf(call) === group)
		.reduce((sum, [, count]) => sum + count, 0);
}

function groupOf(call: string): string {
	return GROUPS.find(([, calls]) => calls.test(call))?.[0] ?? "other";
}

/**
 * What a MinIO has counted since its start. Its third metrics API: the second, the better known, is some seconds old.
 */
export async function readRequestCounts(
	server: S3Connection,
): Promise<RequestCounts> {
	const response = await fetch(
		new URL("/minio/metrics/v3/api/requests", server.endpoint),
		{ headers: { authorization: `Bearer ${metricsToken(server)}` } },
	);
	const body = await response.text();
	if (!response.ok)
		throw new Error(`MinIO's metrics answer ${response.status}: ${body}`);
	return parseRequestCounts(body);
}

/** Reads Prometheus' text format. */
function parseRequestCounts(metrics: string): RequestCounts {
	const counts: Record<string, number> = {};
	for (const line of metrics.matchAll(
		/^minio_api_requests_total\{(?=[^}]*\btype="s3")[^}]*\bname="(\w+)"[^}]*\} (\S+)$/gm,
	)) {
		const [, call, count] = line;
		if (call !== undefined) counts[call] = (counts[call] ?? 0) + Number(count);
	}
	return counts;
}

/** What came between two readings. */
export function requestsBetween(
	before: RequestCounts,
	after: RequestCounts,
): RequestCounts {
	return Object.fromEntries(
		Object.entries(after)
			.map(([call, count]) => [call, count - (before[call] ?? 0)] as const)
			.filter(([, count]) => count > 0),
	);
}

/** A token as `mc admin prometheus generate` makes them, so that the server needs no special settings. */
function metricsToken(server: S3Connection): string {
	const payload = {
		exp: Math.floor(Date.now() / 1000) + 3600,
		sub: server.accessKeyId,
		iss: "prometheus",
	};
	const signed = [{ alg: "HS512", typ: "JWT" }, payload]
		.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
		.join(".");
	const signature = createHmac("sha512", server.secretAccessKey)
		.update(signed)
		.digest("base64url");
	return `${signed}.${signature}`;
}
