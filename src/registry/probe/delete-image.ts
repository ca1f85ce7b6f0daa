import type { Call } from "../../store/object-store.ts";
import { ProbeError } from "./probe-error.ts";
import { errorCodes, unexpected } from "./registry-answer.ts";
import type { RegistryClient } from "./registry-client.ts";

/**
 * Deletes an image by the digest of its manifest, with all tags that name it; its blobs stay for garbage collection. One
 * that is not there counts as deleted. Rejects with a `ProbeError`, of code `refused` where the registry deletes nothing.
 */
export async function deleteImage(
	client: RegistryClient,
	repository: string,
	digest: string,
	{ signal }: Call = {},
): Promise<void> {
	const what = `delete ${repository}@${digest} at ${client.name}`;
	const answer = await client.request({
		method: "DELETE",
		path: `/v2/${repository}/manifests/${digest}`,
		scope: `repository:${repository}:delete`,
		signal,
	});
	const codes = errorCodes(answer);
	if (answer.status === 202) return;
	// A 404 of something else, like a proxy, says nothing.
	if (answer.status === 404 && codes !== undefined) return;
	if (answer.status === 405)
		throw new ProbeError(
			"refused",
			what,
			codes?.includes("UNSUPPORTED")
				? "deletes are disabled in the registry's configuration (storage.delete.enabled)"
				: "the registry is read-only",
		);
	throw unexpected(answer, what);
}
