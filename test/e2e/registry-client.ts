import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Document } from "../../scripts/sample-registry/image.ts";
import type { RegistryServer } from "../../scripts/services/registry.ts";
import { skopeo } from "../../scripts/services/skopeo.ts";
import { type Digest, formatDigest } from "../../src/layout/digest.ts";

/** Media types of manifests; without them a registry may convert what it has. */
const ACCEPT = [
	"application/vnd.oci.image.index.v1+json",
	"application/vnd.oci.image.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.list.v2+json",
	"application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** Pushes an image of an OCI layout, with all its platforms. */
export async function push(
	layout: string,
	tag: string,
	registry: RegistryServer,
	name: string,
	options: readonly string[] = [],
): Promise<void> {
	await skopeo([
		"copy",
		"--all",
		"--dest-tls-verify=false",
		...options,
		`oci:${layout}:${tag}`,
		`docker://${registry.host}/${name}`,
	]);
}

/** Pulls an image, with all its platforms, and answers the digest of what its tag names. The client proves every blob. */
export async function pull(
	registry: RegistryServer,
	name: string,
	directory: string,
): Promise<string> {
	await mkdir(directory, { recursive: true });
	await skopeo([
		"copy",
		"--all",
		"--preserve-digests",
		"--src-tls-verify=false",
		`docker://${registry.host}/${name}`,
		`dir:${directory}`,
	]);
	return sha256(await readFile(join(directory, "manifest.json")));
}

/**
 * The digest of every tag, by `repository:tag`: computed from the manifest, and the same as the registry says. A push that
 * was ended between the two links of its tag leaves a name that is listed, and is no tag.
 */
export async function tagDigests(
	registry: RegistryServer,
): Promise<ReadonlyMap<string, string>> {
	const digests = new Map<string, string>();
	const { repositories } = await json(registry, "/v2/_catalog?n=1000");
	for (const repository of strings(repositories)) {
		const { tags } = await json(registry, `/v2/${repository}/tags/list`);
		for (const tag of strings(tags)) {
			const digest = await digestOf(registry, repository, tag);
			if (digest !== undefined) digests.set(`${repository}:${tag}`, digest);
		}
	}
	return digests;
}

async function digestOf(
	registry: RegistryServer,
	repository: string,
	tag: string,
): Promise<string | undefined> {
	const response = await fetch(
		`${registry.url}/v2/${repository}/manifests/${tag}`,
		{ headers: { accept: ACCEPT } },
	);
	const body = Buffer.from(await response.arrayBuffer());
	// Of a tag whose manifest is missing, another detail is told.
	if (response.status === 404 && /"Tag":|unknown tag=/.test(body.toString()))
		return undefined;
	const said = response.headers.get("docker-content-digest");
	const digest = sha256(body);
	if (response.status !== 200 || said !== digest)
		throw new Error(
			`${repository}:${tag} at ${registry.product}: status ${response.status}, digest ${said}, content ${digest}`,
		);
	return digest;
}

/** Pushes a blob, as clients do: an upload is begun, and finished with all its bytes. */
export async function pushBlob(
	registry: RegistryServer,
	repository: string,
	{ digest, blob }: { readonly digest: Digest; readonly blob: Buffer },
): Promise<void> {
	const location = await beginUpload(registry, repository);
	location.searchParams.set("digest", formatDigest(digest));
	await send("PUT", location, "application/octet-stream", blob, 201);
}

/** Pushes a manifest whose blobs are there, under a tag or, without one, under its digest alone. */
export async function pushManifest(
	registry: RegistryServer,
	repository: string,
	tag: string | undefined,
	{ mediaType, digest, blob }: Document,
): Promise<void> {
	const reference = tag ?? formatDigest(digest);
	const url = `${registry.url}/v2/${repository}/manifests/${reference}`;
	await send("PUT", new URL(url), mediaType, blob, 201);
}

/** Begins to push a layer and leaves it at that: one part is sent, and the upload is never finished. */
export async function leaveUpload(
	registry: RegistryServer,
	repository: string,
	part: Uint8Array,
): Promise<void> {
	const location = await beginUpload(registry, repository);
	await send("PATCH", location, "application/octet-stream", part, 202);
}

async function beginUpload(
	registry: RegistryServer,
	repository: string,
): Promise<URL> {
	const url = new URL(`${registry.url}/v2/${repository}/blobs/uploads/`);
	const { headers } = await send("POST", url, undefined, undefined, 202);
	return new URL(headers.get("location") ?? "", url);
}

async function send(
	method: string,
	url: URL,
	type: string | undefined,
	body: Uint8Array | undefined,
	expected: number,
): Promise<Response> {
	const response = await fetch(url, {
		method,
		...(type === undefined ? {} : { headers: { "content-type": type } }),
		...(body === undefined ? {} : { body: Uint8Array.from(body) }),
	});
	const said = await response.text();
	if (response.status !== expected)
		throw new Error(`${method} ${url.pathname}: ${response.status} ${said}`);
	return response;
}

async function json(
	registry: RegistryServer,
	path: string,
): Promise<Readonly<Record<string, unknown>>> {
	const response = await fetch(`${registry.url}${path}`);
	const value: unknown = await response.json();
	if (typeof value !== "object" || value === null)
		throw new Error(`${path} answered ${JSON.stringify(value)}`);
	return { ...value };
}

function strings(value: unknown): string[] {
	return Array.isArray(value)
		? value.filter((item) => typeof item === "string")
		: [];
}

function sha256(content: Uint8Array): string {
	return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
