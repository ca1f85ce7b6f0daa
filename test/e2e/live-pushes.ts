import { setTimeout as sleep } from "node:timers/promises";
import { pseudoRandomBytes } from "../../scripts/sample-registry/content.ts";
import {
	type Document,
	makeConfig,
	makeIndex,
	makeManifest,
	PLATFORMS,
	type Platform,
} from "../../scripts/sample-registry/image.ts";
import { makeLayer } from "../../scripts/sample-registry/layer.ts";
import type { RegistryServer } from "../../scripts/services/registry.ts";
import { pushBlob, pushManifest } from "./registry-client.ts";

const REPOSITORIES = ["live/app", "live/app-web", "live/app/cache"];
const TAGS = ["v1", "v2", "latest"];

/**
 * People who use a registry: pushes one image after the other, each new, under tags that it moves on from image to
 * image; every third is for several platforms.
 */
export class LivePushes {
	readonly #registry: RegistryServer;
	#count = 0;

	constructor(registry: RegistryServer) {
		this.#registry = registry;
	}

	/** Pushes so many images. */
	async push(images: number): Promise<void> {
		for (let image = 0; image < images; image += 1) await this.#pushNext();
	}

	/** Goes on pushing while the work is done, and ends with a push that is whole. */
	async during<T>(work: () => Promise<T>): Promise<T> {
		let isDone = false;
		const pushing = (async () => {
			while (!isDone) {
				await this.#pushNext();
				// People are not that fast, and the program needs the processor, too.
				await sleep(10);
			}
		})();
		try {
			return await work();
		} finally {
			isDone = true;
			await pushing;
		}
	}

	async #pushNext(): Promise<void> {
		const number = this.#count;
		this.#count += 1;
		const repository = pick(REPOSITORIES, number);
		const tag = pick(TAGS, Math.floor(number / REPOSITORIES.length));
		const isMultiPlatform = number % 3 === 1;
		if (!isMultiPlatform) {
			const image = await this.#pushImage(repository, number, PLATFORMS[0]);
			await pushManifest(this.#registry, repository, tag, image);
			return;
		}
		const manifests = [];
		for (const platform of PLATFORMS) {
			const manifest = await this.#pushImage(repository, number, platform);
			await pushManifest(this.#registry, repository, undefined, manifest);
			manifests.push({ platform, manifest });
		}
		const index = makeIndex(manifests, "oci");
		await pushManifest(this.#registry, repository, tag, index);
	}

	/** Everything of an image but its manifest. */
	async #pushImage(
		repository: string,
		number: number,
		platform: Platform,
	): Promise<Document> {
		const name = `live-${number}-${platform.architecture}`;
		const layers = [name, `shared-${number % 4}`].map((layerName) => {
			const layer = makeLayer("content", pseudoRandomBytes(layerName, 300));
			return { ...layer, size: layer.blob.length };
		});
		const config = makeConfig(name, platform, layers, "oci");
		for (const blob of [...layers, config])
			await pushBlob(this.#registry, repository, blob);
		return makeManifest(config, layers, "oci");
	}
}

function pick(names: readonly string[], number: number): string {
	return names[number % names.length] ?? "";
}
