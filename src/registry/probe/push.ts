import type { HttpResponse } from "../../store/http/exchange.ts";
import type { Call } from "../../store/object-store.ts";
import { type CanaryImage, digestOf } from "./canary-image.ts";
import { ProbeError } from "./probe-error.ts";
import { unexpected } from "./registry-answer.ts";
import type { RegistryClient, RegistryRequest } from "./registry-client.ts";

/**
 * Pushes an image as clients do that send large layers in chunks: an upload is begun, every chunk is sent by itself, and
 * the upload is ended by its digest; then the configuration, and the manifest under a tag. Nothing is left out because
 * the registry has it already: a second push writes everything once more. Rejects with a `ProbeError`; an upload that
 * fails is given up, and blobs that were pushed stay for the registry's garbage collection.
 */
export async function pushImage(
	client: RegistryClient,
	repository: string,
	tag: string,
	image: CanaryImage,
	call: Call = {},
): Promise<void> {
	await pushBlob(client, repository, image.layer, image.chunks(), call);
	const { config } = image;
	await pushBlob(client, repository, digestOf(config), [config], call);
	const what = `push ${repository}:${tag} to ${client.name}`;
	const answer = await client.request({
		method: "PUT",
		path: `/v2/${repository}/manifests/${tag}`,
		headers: { "content-type": image.mediaType },
		body: image.manifest,
		scope: pushScope(repository),
		...call,
	});
	if (answer.status !== 201) throw unexpected(answer, what);
	const digest = String(answer.headers["docker-content-digest"] ?? "");
	if (digest !== image.digest)
		throw new ProbeError(
			"unproven",
			what,
			`the registry says that its digest is ${digest}, and it is ${image.digest}`,
		);
}

function pushScope(repository: string): string {
	return `repository:${repository}:pull,push`;
}

async function pushBlob(
	client: RegistryClient,
	repository: string,
	digest: string,
	chunks: Iterable<Uint8Array>,
	call: Call,
): Promise<void> {
	const what = `push the blob ${digest} to ${repository} at ${client.name}`;
	const send = async (
		request: Omit<RegistryRequest, "scope">,
		expected: number,
	): Promise<HttpResponse> => {
		const scope = pushScope(repository);
		const answer = await client.request({ ...request, scope, ...call });
		if (answer.status !== expected) throw unexpected(answer, what);
		return answer;
	};
	const next = ({ headers }: HttpResponse): string => {
		const { location } = headers;
		if (typeof location === "string" && URL.canParse(location, "http://r"))
			return client.pathOf(location);
		throw new ProbeError("failed", what, "it does not say where to send it");
	};

	const begun = `/v2/${repository}/blobs/uploads/`;
	let path = next(await send({ method: "POST", path: begun }, 202));
	try {
		let sent = 0;
		for (const chunk of chunks) {
			const end = sent + chunk.length;
			const headers = {
				"content-type": "application/octet-stream",
				"content-range": `${sent}-${end - 1}`,
			};
			const answer = await send(
				{ method: "PATCH", path, headers, body: chunk },
				202,
			);
			const range = String(answer.headers.range ?? "");
			if (range !== `0-${end - 1}`)
				throw new ProbeError(
					"unproven",
					what,
					`of ${end} bytes that were sent, the registry says that it has ${range === "" ? "none" : range}`,
				);
			path = next(answer);
			sent = end;
		}
		const separator = path.includes("?") ? "&" : "?";
		path = `${path}${separator}digest=${encodeURIComponent(digest)}`;
		await send({ method: "PUT", path }, 201);
	} catch (error) {
		await giveUp(client, repository, path);
		throw error;
	}
}

/** Best effort: what is left is purged by the registry, and the failure before this one counts. */
async function giveUp(
	client: RegistryClient,
	repository: string,
	path: string,
): Promise<void> {
	try {
		const scope = pushScope(repository);
		await client.request({ method: "DELETE", path, scope });
	} catch {
		// The registry is gone, most likely.
	}
}
