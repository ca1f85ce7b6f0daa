import * as v from "valibot";
import { REPOSITORIES_PREFIX } from "../../layout/paths.ts";
import type { Call, ObjectStore } from "../../store/object-store.ts";
import { compareTag } from "./compare-tag.ts";
import {
	type Identity,
	judgeIdentity,
	type TagObservation,
} from "./identity.ts";
import { ProbeError } from "./probe-error.ts";
import { jsonIn } from "./registry-answer.ts";
import type { RegistryClient } from "./registry-client.ts";
import { askVersion } from "./registry-version.ts";
import {
	namesBelow,
	type SampleTagsOptions,
	sampleTags,
	type Tag,
} from "./sample-tags.ts";

/** Repositories whose tags at the registry are looked for in the storage. */
const LISTED_REPOSITORIES = 3;
/** Tags of each of them. */
const LISTED_TAGS = 5;

/**
 * Finds out whether a registry, or a node of it, serves this storage: a few tags must name what they do there, and the
 * tags that the registry lists must be there. It reads only, and costs some fifty small requests, however large the
 * registry is. What cannot be told is `unknown`; rejects with a `StoreError` when the storage cannot be read.
 */
export async function probeIdentity(
	client: RegistryClient,
	store: ObjectStore,
	options: SampleTagsOptions = {},
): Promise<Identity> {
	const { signal } = options;
	try {
		const { isRegistry, database } = await askVersion(client, { signal });
		if (!isRegistry)
			throw new ProbeError(
				"unproven",
				`compare ${client.name} with its storage`,
				"what answers is no registry",
				{ suggestions: ["Check the URL."] },
			);
		const tags: TagObservation[] = [];
		const observations = { tags, database, registryHasRepositories: undefined };
		if (database === true)
			return judgeIdentity({ ...observations, storageIsEmpty: false });
		if (await isEmpty(store, { signal })) {
			const registryHasRepositories = await hasRepositories(client, { signal });
			// A first push may have come in between.
			const storageIsEmpty = await isEmpty(store, { signal });
			return judgeIdentity({
				...observations,
				storageIsEmpty,
				registryHasRepositories,
			});
		}
		const sample = await sampleTags(store, options);
		for (const tag of sample)
			tags.push(await compareTag(client, store, tag, { signal }));
		for (const tag of await listed(client, sample, options))
			tags.push(await compareTag(client, store, tag, { signal }));
		return judgeIdentity({ ...observations, storageIsEmpty: false });
	} catch (error) {
		if (!(error instanceof ProbeError)) throw error;
		const { reason, suggestions } = error;
		return { identity: "unknown", because: reason, suggestions };
	}
}

async function isEmpty(store: ObjectStore, call: Call): Promise<boolean> {
	return (await namesBelow(store, REPOSITORIES_PREFIX, call)).length === 0;
}

const CATALOG = v.object({ repositories: v.array(v.string()) });

/** Whether the registry lists a repository; `undefined`: it does not let us look, as GitLab's lets only itself. */
async function hasRepositories(
	client: RegistryClient,
	{ signal }: Call,
): Promise<boolean | undefined> {
	const catalog = await list(client, "/v2/_catalog?n=1", "registry:catalog:*", {
		signal,
	});
	const parsed = v.safeParse(CATALOG, catalog);
	return parsed.success ? parsed.output.repositories.length > 0 : undefined;
}

const TAGS = v.object({ tags: v.nullable(v.array(v.string())) });

/** Some tags that the registry lists in repositories of the sample. */
async function listed(
	client: RegistryClient,
	sample: readonly Tag[],
	{ random = Math.random, signal }: SampleTagsOptions,
): Promise<readonly Tag[]> {
	const repositories = [...new Set(sample.map(({ repository }) => repository))];
	const found: Tag[] = [];
	for (const repository of repositories.slice(0, LISTED_REPOSITORIES)) {
		const scope = `repository:${repository}:pull`;
		const answer = await list(
			client,
			`/v2/${repository}/tags/list?n=100`,
			scope,
			{
				signal,
			},
		);
		const parsed = v.safeParse(TAGS, answer);
		const tags = parsed.success ? (parsed.output.tags ?? []) : [];
		const start = Math.floor(random() * Math.max(0, tags.length - LISTED_TAGS));
		for (const tag of tags.slice(start, start + LISTED_TAGS))
			if (
				!sample.some((one) => one.repository === repository && one.tag === tag)
			)
				found.push({ repository, tag });
	}
	return found;
}

/** A list that a registry gives; `undefined` when it does not, which says nothing here. */
async function list(
	client: RegistryClient,
	path: string,
	scope: string,
	{ signal }: Call,
): Promise<unknown> {
	try {
		const answer = await client.request({ method: "GET", path, scope, signal });
		return answer.status === 200 ? jsonIn(answer.body) : undefined;
	} catch (error) {
		if (error instanceof ProbeError) return undefined;
		throw error;
	}
}
