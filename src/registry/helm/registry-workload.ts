import type { Call, Instance } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { listOf, mapOf } from "../tree.ts";
import { readObject, readObjects, secretText } from "./cluster.ts";
import type { ReleaseAccess } from "./release-access.ts";
import type { Values } from "./values-tree.ts";

/** The Secret that holds the content of the `storage` section. */
export interface StorageSecret {
	readonly name: string;
	/** Under which the content is. */
	readonly key: string;
	/** Other keys that are mounted beside it: of Google's key file. */
	readonly extraKeys: readonly string[];
	/** Secrets inside (I7). */
	readonly text: string;
}

/** A release's registry in the cluster, as it is now. Secrets inside (I7). */
export interface RegistryWorkload {
	/** Of the Deployment. */
	readonly name: string;
	/** Of the ConfigMap, and what it has. */
	readonly configMap: string;
	readonly configuration: Values;
	/** What is `config.yml` but for the storage. */
	readonly template: string;
	/** `undefined`: the storage is in the template: the chart's own MinIO. */
	readonly storage: StorageSecret | undefined;
	/** Variables of the registry's container that have a value in the Deployment. */
	readonly environment: Readonly<Record<string, string>>;
	/** Whether all its pods are of the newest kind, as far as the cluster says. */
	readonly isRolledOut: boolean;
	/** Chooses its pods. */
	readonly selector: string;
}

/** Looks at a release's registry. Rejects with a `RegistryError`: `not-found` when there is none, or more than one. */
export async function readWorkload(
	access: ReleaseAccess,
	call?: Call,
): Promise<RegistryWorkload> {
	const deployment = await readDeployment(access, call);
	const spec = mapOf(deployment.spec);
	const pod = mapOf(mapOf(spec.template).spec);
	const { name } = mapOf(deployment.metadata);
	const volumes = listOf(pod.volumes).map(mapOf);
	const sources = volumes.flatMap((volume) =>
		listOf(mapOf(volume.projected).sources).map(mapOf),
	);
	const configMap = String(
		volumes.map(({ configMap: map }) => mapOf(map).name).find(Boolean) ??
			sources.map(({ configMap: map }) => mapOf(map).name).find(Boolean),
	);
	const map = await readObject(access, "configmap", configMap, call);
	const configuration = mapOf(map?.data);
	const template =
		configuration["config.yml.tpl"] ?? configuration["config.yml"];
	if (typeof template !== "string")
		throw notFound(
			access,
			`the ConfigMap ${configMap} that it names holds no config.yml`,
		);
	return {
		name: String(name),
		configMap,
		configuration,
		template,
		storage: await readStorage(access, sources, call),
		environment: environmentOf(pod),
		isRolledOut: isRolledOut(deployment),
		selector: Object.entries(mapOf(mapOf(spec.selector).matchLabels))
			.map(([label, value]) => `${label}=${value}`)
			.join(","),
	};
}

/** The pods that serve, those that are about to end included: each until it is gone. */
export async function readPods(
	access: ReleaseAccess,
	selector: string,
	call?: Call,
): Promise<readonly Instance[]> {
	const pods = await readObjects(access, "pods", selector, call);
	return pods.flatMap(({ metadata, status }) => {
		const { name, uid } = mapOf(metadata);
		// Those that were evicted stay, as a note.
		const { phase } = mapOf(status);
		if (phase === "Succeeded" || phase === "Failed") return [];
		return [{ id: String(uid), name: `pod ${name}` }];
	});
}

async function readDeployment(
	access: ReleaseAccess,
	call: Call | undefined,
): Promise<Values> {
	// As GitLab's charts label what is theirs.
	const selector = `app=registry,release=${access.release}`;
	const found = await readObjects(access, "deployment", selector, call);
	const [deployment] = found;
	if (deployment !== undefined && found.length === 1) return deployment;
	throw notFound(
		access,
		`${found.length === 0 ? "no Deployment is" : "several Deployments are"} labelled ${selector}`,
	);
}

async function readStorage(
	access: ReleaseAccess,
	sources: readonly Values[],
	call: Call | undefined,
): Promise<StorageSecret | undefined> {
	for (const { secret } of sources) {
		const { name, items } = mapOf(secret);
		const mounted = listOf(items).map(mapOf);
		const content = mounted.find(({ path }) => path === "storage/config");
		if (content === undefined) continue;
		const key = String(content.key);
		const object = await readObject(access, "secret", String(name), call);
		const text = secretText(object, key);
		if (text === undefined)
			throw notFound(
				access,
				`the Secret ${name} that its storage is in has no key ${key}, or is not there`,
			);
		return {
			name: String(name),
			key,
			extraKeys: mounted
				.filter((item) => item !== content)
				.map((item) => String(item.key)),
			text,
		};
	}
	return undefined;
}

function environmentOf(pod: Values): Readonly<Record<string, string>> {
	const containers = listOf(pod.containers).map(mapOf);
	const registry = containers.find(({ name }) => name === "registry");
	const variables = listOf(registry?.env).map(mapOf);
	return Object.fromEntries(
		variables.map(({ name, value }) => [String(name), String(value ?? "")]),
	);
}

function isRolledOut({ metadata, status }: Values): boolean {
	const { observedGeneration, replicas, updatedReplicas, availableReplicas } =
		mapOf(status);
	return (
		observedGeneration === mapOf(metadata).generation &&
		updatedReplicas === replicas &&
		availableReplicas === replicas
	);
}

function notFound(
	{ release, namespace }: ReleaseAccess,
	reason: string,
): RegistryError {
	return new RegistryError(
		"not-found",
		`Cannot find the registry of the release ${release} in the namespace ${namespace}: ${reason}`,
		{
			suggestions: [
				"Look at the release and the namespace that are described, and at the cluster that kubectl talks to.",
			],
		},
	);
}
