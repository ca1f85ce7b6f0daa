import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RegistryServer } from "../../scripts/services/registry.ts";
import { skopeo } from "../../scripts/services/skopeo.ts";

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

/** The digest of every tag, by `repository:tag`: computed from the manifest, and the same as the registry says. */
export async function tagDigests(
	registry: RegistryServer,
): Promise<ReadonlyMap<string, string>> {
	const digests = new Map<string, string>();
	const { repositories } = await json(registry, "/v2/_catalog?n=1000");
	for (const repository of strings(repositories)) {
		const { tags } = await json(registry, `/v2/${repository}/tags/list`);
		for (const tag of strings(tags))
			digests.set(
				`${repository}:${tag}`,
				await digestOf(registry, repository, tag),
			);
	}
	return digests;
}

async function digestOf(
	registry: RegistryServer,
	repository: string,
	tag: string,
): Promise<string> {
	const response = await fetch(
		`${registry.url}/v2/${repository}/manifests/${tag}`,
		{ headers: { accept: ACCEPT } },
	);
	const body = Buffer.from(await response.arrayBuffer());
	const said = response.headers.get("docker-content-digest");
	const digest = sha256(body);
	if (response.status !== 200 || said !== digest)
		throw new Error(
			`${repository}:${tag} at ${registry.product}: status ${response.status}, digest ${said}, content ${digest}`,
		);
	return digest;
}

/** Begins to push a layer and leaves it at that: one part is sent, and the upload is never finished. */
export async function leaveUpload(
	registry: RegistryServer,
	repository: string,
	part: Uint8Array<ArrayBuffer>,
): Promise<void> {
	const begun = await fetch(`${registry.url}/v2/${repository}/blobs/uploads/`, {
		method: "POST",
	});
	const location = begun.headers.get("location");
	if (begun.status !== 202 || location === null)
		throw new Error(`cannot begin an upload: ${begun.status}`);
	const sent = await fetch(new URL(location, registry.url), {
		method: "PATCH",
		headers: { "content-type": "application/octet-stream" },
		body: part,
	});
	if (sent.status !== 202)
		throw new Error(`cannot send a part of an upload: ${sent.status}`);
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
