import { join } from "node:path";
import {
	MOVING_TAG,
	sampleRepository,
	sampleVersions,
} from "../sample-registry/names.ts";
import type { SampleOptions } from "../sample-registry/options.ts";
import { retag } from "../sample-registry/retag.ts";
import { writeSampleRegistry } from "../sample-registry/sample-registry.ts";
import { findTool } from "../services/find-tool.ts";
import {
	filesystemStorage,
	type RegistryServer,
	startRegistry,
} from "../services/registry.ts";
import { skopeo } from "../services/skopeo.ts";

/** A small registry with something to move. */
export interface DemoRegistry extends AsyncDisposable {
	/** The directory that holds `docker/`. */
	readonly storage: string;
	/** What it is and how it was made. */
	readonly description: string;
	/** Moves a tag, as a push of another image does; answers what was done. */
	moveTag(): Promise<string>;
}

const OPTIONS: SampleOptions = {
	repositories: 4,
	tagsPerRepository: 3,
	layersPerTag: 3,
	sharedLayersPerTag: 1,
};
const REPOSITORY = sampleRepository(0);
const [OLD_VERSION = "v1"] = sampleVersions(OPTIONS.tagsPerRepository ?? 1);

/** Makes it with a real registry and a real client where both are installed, otherwise with the generator alone. */
export async function makeDemoRegistry(folder: string): Promise<DemoRegistry> {
	const version = (await findTool("registry-3"))
		? "3"
		: (await findTool("registry-2"))
			? "2"
			: undefined;
	const client = await findTool("skopeo");
	if (version === undefined || client === undefined)
		return generated(join(folder, "registry"));
	return await pushed(folder, version, client.version);
}

function generated(storage: string): DemoRegistry {
	const { tags, blobs, links } = writeSampleRegistry(storage, OPTIONS);
	return {
		storage,
		description: `Written by a generator, since registry or skopeo are not installed: ${tags} tags, ${blobs} blobs, ${links} links.`,
		moveTag: async () => {
			const { before, after } = retag(
				storage,
				REPOSITORY,
				MOVING_TAG,
				OLD_VERSION,
			);
			return `${REPOSITORY}:${MOVING_TAG} moved from sha256:${before.hex.slice(0, 12)}… to sha256:${after.hex.slice(0, 12)}…, which ${OLD_VERSION} names`;
		},
		async [Symbol.asyncDispose]() {},
	};
}

/** Serves generated images from one registry and pushes them into another with skopeo. */
async function pushed(
	folder: string,
	version: "2" | "3",
	clientVersion: string,
): Promise<DemoRegistry> {
	const images = join(folder, "images");
	const storage = join(folder, "registry");
	writeSampleRegistry(images, OPTIONS);
	const registry = await startRegistry({
		version,
		storage: filesystemStorage(storage),
		directory: join(folder, "registry-server"),
	});
	{
		await using origin = await startRegistry({
			version,
			storage: filesystemStorage(images),
			directory: join(folder, "image-server"),
		});
		await Promise.all(
			Array.from({ length: OPTIONS.repositories ?? 0 }, async (_, index) => {
				const repository = sampleRepository(index);
				const tags = [
					...sampleVersions(OPTIONS.tagsPerRepository ?? 1),
					MOVING_TAG,
				];
				for (const tag of tags)
					await copyImage(
						`${origin.host}/${repository}:${tag}`,
						registry,
						`${repository}:${tag}`,
					);
			}),
		);
	}
	return {
		storage,
		description: `Pushed by skopeo ${clientVersion} to ${registry.product} ${registry.version} at ${registry.host}, which goes on running.`,
		moveTag: async () => {
			await copyImage(
				`${registry.host}/${REPOSITORY}:${OLD_VERSION}`,
				registry,
				`${REPOSITORY}:${MOVING_TAG}`,
			);
			return `${REPOSITORY}:${MOVING_TAG} was pushed anew: it names ${OLD_VERSION}'s image now`;
		},
		[Symbol.asyncDispose]: () => registry.stop(),
	};
}

async function copyImage(
	from: string,
	to: RegistryServer,
	name: string,
): Promise<void> {
	await skopeo([
		"copy",
		"--all",
		"--quiet",
		"--src-tls-verify=false",
		"--dest-tls-verify=false",
		`docker://${from}`,
		`docker://${to.host}/${name}`,
	]);
}
