import type { ResponseHeaders } from "../../store/http/exchange.ts";
import type { Call } from "../../store/object-store.ts";
import type { RegistryClient } from "./registry-client.ts";

/** What a registry says of itself. */
export interface RegistryVersion {
	/** Whether it speaks a registry's API at all. */
	readonly isRegistry: boolean;
	/** The version of GitLab's registry; `undefined`: another product's, which tells none. */
	readonly gitlabVersion: string | undefined;
	/** What GitLab's registry can do beyond the API, by its names (`tag_delete`). */
	readonly features: readonly string[];
	/** Whether its metadata are in a database; `undefined`: it does not say. For `MetadataWitnesses.header`. */
	readonly database: boolean | undefined;
}

/** Asks a registry what it is. Rejects with a `ProbeError`. */
export async function askVersion(
	client: RegistryClient,
	{ signal }: Call = {},
): Promise<RegistryVersion> {
	const { headers } = await client.request({
		method: "GET",
		path: "/v2/",
		scope: "",
		signal,
	});
	return versionIn(headers);
}

/** What the headers of a registry's answer say of it. Source: GitLab's container registry, docs/spec/gitlab/api.md. */
export function versionIn(headers: ResponseHeaders): RegistryVersion {
	const text = (name: string) => String(headers[name] ?? "").trim();
	const database = text("gitlab-container-registry-database-enabled");
	return {
		isRegistry: isRegistrys(headers),
		gitlabVersion: text("gitlab-container-registry-version") || undefined,
		features: text("gitlab-container-registry-features")
			.split(",")
			.map((feature) => feature.trim())
			.filter((feature) => feature !== ""),
		database:
			database === "true" ? true : database === "false" ? false : undefined,
	};
}

/** Whether an answer is a registry's: all of theirs say so. Source: Distribution, registry/handlers/app.go, ServeHTTP. */
export function isRegistrys(headers: ResponseHeaders): boolean {
	const version = String(headers["docker-distribution-api-version"] ?? "");
	return version.split(/[\s,]+/).includes("registry/2.0");
}
