import { expect } from "vitest";
import type { RegistryServer } from "../../scripts/services/registry.ts";
import { pushBlobs } from "./draining-registry.ts";
import { pushManifest } from "./registry-client.ts";

/** Deletes an image, and with it the tags that name it: both versions know no other way. */
export async function deleteImage(
	{ url }: Pick<RegistryServer, "url">,
	repository: string,
	digest: string | undefined,
): Promise<void> {
	const { status } = await fetch(
		`${url}/v2/${repository}/manifests/${digest}`,
		{ method: "DELETE" },
	);
	expect(status).toBe(202);
}

/** Has a tag name another image than before, which is pushed for it. */
export async function moveTag(
	server: RegistryServer,
	repository: string,
	tag: string,
): Promise<void> {
	const manifest = await pushBlobs(server, repository, `${tag}-moved`);
	await pushManifest(server, repository, tag, manifest);
}
