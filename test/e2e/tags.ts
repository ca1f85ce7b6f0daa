import { join } from "node:path";
import { expect } from "vitest";
import type { RegistryServer } from "../../scripts/services/registry.ts";
import { pull, tagDigests } from "./registry-client.ts";

/** Every tag of a registry names this digest, there is no other, and every image can be pulled into the directory. */
export async function expectTags(
	registry: RegistryServer,
	digests: ReadonlyMap<string, string>,
	directory: string,
): Promise<void> {
	expect(await tagDigests(registry)).toEqual(digests);
	for (const [name, digest] of digests)
		expect(await pull(registry, name, join(directory, name))).toBe(digest);
}
