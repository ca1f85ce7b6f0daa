import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { digestOf } from "../../scripts/sample-registry/content.ts";
import type { Document } from "../../scripts/sample-registry/image.ts";
import { requireTool } from "../../scripts/services/find-tool.ts";
import { runCommand } from "../../scripts/services/run-command.ts";
import { formatDigest, parseDigest } from "../../src/layout/digest.ts";
import { blobKey, formatKey } from "../../src/layout/paths.ts";
import { pushBlobs } from "./draining-registry.ts";
import type { ManagedRegistry } from "./managed-registry.ts";
import { pushManifest } from "./registry-client.ts";

/** A tag that has moved on, and an image without a tag. */
export interface Superseded {
	readonly repository: string;
	readonly tag: string;
	/** What the tag named; its image is the same as what it names. */
	readonly old: Document;
	/** An image of its own. */
	readonly untagged: Document;
}

/** Pushes two manifests of one image under the same tag, one after the other, and another image without a tag. */
export async function supersede(
	registry: ManagedRegistry,
	repository: string,
	tag: string,
): Promise<Superseded> {
	const server = registry.server();
	const old = await pushBlobs(server, repository, tag);
	const blob = Buffer.concat([old.blob, Buffer.from("\n")]);
	const next = { ...old, blob, digest: digestOf(blob) };
	for (const manifest of [old, next])
		await pushManifest(server, repository, tag, manifest);
	const untagged = await pushBlobs(server, repository, `${tag}-untagged`);
	await pushManifest(server, repository, undefined, untagged);
	return { repository, tag, old, untagged };
}

/**
 * Deletes both manifests that no tag names, and has the registry's own collector take what nothing needs. What is left is
 * an entry in the tag's history and, by version 2, the layer links of the other image.
 */
export async function leaveBehind(
	registry: ManagedRegistry,
	version: "3" | "2",
	{ repository, tag, old, untagged }: Superseded,
): Promise<void> {
	const { url, configFile, storage } = registry;
	for (const { digest } of [old, untagged]) {
		const manifest = `${url}/v2/${repository}/manifests/${formatDigest(digest)}`;
		const { status } = await fetch(manifest, { method: "DELETE" });
		expect(status).toBe(202);
	}
	const { path } = await requireTool(`registry-${version}`);
	const collected = await runCommand(path, ["garbage-collect", configFile], {
		environment: { OTEL_TRACES_EXPORTER: "none" },
	});
	expect(collected.exitCode, collected.stderr).toBe(0);
	const has = (key: string) => existsSync(join(storage, key));
	const named = { repository, digest: old.digest };
	const [layer] = JSON.parse(untagged.blob.toString()).layers;
	const digest = parseDigest(layer.digest) ?? old.digest;
	expect([
		has(blobKey(old.digest)),
		has(formatKey({ kind: "revision", ...named })),
		has(formatKey({ kind: "index", tag, ...named })),
		has(blobKey(digest)),
		has(formatKey({ kind: "layer", repository, digest })),
	]).toEqual([false, false, true, false, version === "2"]);
}
