import type { Call } from "../../store/object-store.ts";
import { ProbeError } from "./probe-error.ts";
import type { RegistryClient } from "./registry-client.ts";
import {
	judgeOptions,
	judgePut,
	unknown,
	type WriteState,
} from "./write-state.ts";

export interface ProbeWritesOptions extends Call {
	/**
	 * A repository that exists. Without one, a name is asked for that no repository has: that is enough for the registry
	 * itself, an empty one too. But GitLab's token service gives nothing to whom it does not know, unless a public
	 * repository is asked for.
	 */
	readonly repository?: string | undefined;
}

/** What is asked for where nobody named a repository; it need not exist, and never comes to. */
const ANY_REPOSITORY = "regmigrate/probe";
/** No tag that anybody has. */
const REFERENCE = "regmigrate-probe";

/**
 * Finds out whether a registry takes writes, without writing: by what it says that manifests allow (any token does for
 * that), or, where that tells nothing, by a manifest that it cannot store. The latter needs the right to push, for which
 * GitLab's token service makes a repository: it is asked for only for a repository that was named.
 *
 * Never rejects but when cancelled: what cannot be told is unknown. A process that was told to end may go on to take
 * writes that it has begun to read, while its successor already refuses them: the answer is that of the one that listens.
 */
export async function probeWrites(
	client: RegistryClient,
	{ repository, signal }: ProbeWritesOptions = {},
): Promise<WriteState> {
	const name = repository ?? ANY_REPOSITORY;
	const path = `/v2/${name}/manifests/${REFERENCE}`;
	const read = repository === undefined ? "" : `repository:${name}:pull`;
	try {
		const said = judgeOptions(
			await client.request({
				method: "OPTIONS",
				path,
				scope: read,
				signal,
			}),
		);
		if (said !== undefined) return said;
		return judgePut(
			await client.request({
				method: "PUT",
				path,
				scope: repository === undefined ? "" : `${read},push`,
				// Of the OCI's type, Distribution takes it for an error of its own (500), which tells nothing.
				headers: {
					"content-type":
						"application/vnd.docker.distribution.manifest.v2+json",
				},
				body: Buffer.from("{}"),
				signal,
			}),
		);
	} catch (error) {
		if (!(error instanceof ProbeError)) throw error;
		const isUnnamed = repository === undefined;
		return unknown(
			error.reason,
			isUnnamed && error.code === "permission-denied"
				? [...error.suggestions, "Name a repository that exists."]
				: error.suggestions,
		);
	}
}
