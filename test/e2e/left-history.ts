import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { digestOf } from "../../scripts/sample-registry/content.ts";
import type { Document } from "../../scripts/sample-registry/image.ts";
import { requireTool } from "../../scripts/services/find-tool.ts";
import { runCommand } from "../../scripts/services/run-command.ts";
import { formatDigest } from "../../src/layout/digest.ts";
import { blobKey, formatKey } from "../../src/layout/paths.ts";
import { pushBlobs } from "./draining-registry.ts";
import type { ManagedRegistry } from "./managed-registry.ts";
import { pushManifest } from "./registry-client.ts";

/** A tag that has moved on. */
export interface Moved {
	readonly repository: string;
	readonly tag: string;
	/** What it named; the image is the same as what it names. */
	readonly old: Document;
}

/** Pushes two manifests of one image under the same tag, one after the other. */
export async function pushTwice(
	registry: ManagedRegistry,
	repository: string,
	tag: string,
): Promise<Moved> {
	const old = await pushBlobs(registry.server(), repository, tag);
	const blob = Buffer.concat([old.blob, Buffer.from("\n")]);
	const next = { ...old, blob, digest: digestOf(blob) };
	for (const manifest of [old, next])
		await pushManifest(registry.server(), repository, tag, manifest);
	return { repository, tag, old };
}

/**
 * Deletes a manifest that a tag named once, and has the registry's own collector take what nothing needs: the tag's
 * history is all that names it then.
 */
export async function leaveHistory(
	registry: ManagedRegistry,
	version: "3" | "2",
	{ repository, tag, old }: Moved,
): Promise<void> {
	const { url, configFile, storage } = registry;
	const digest = formatDigest(old.digest);
	const { status } = await fetch(
		`${url}/v2/${repository}/manifests/${digest}`,
		{ method: "DELETE" },
	);
	expect(status).toBe(202);
	const { path } = await requireTool(`registry-${version}`);
	const collected = await runCommand(path, ["garbage-collect", configFile], {
		environment: { OTEL_TRACES_EXPORTER: "none" },
	});
	expect(collected.exitCode, collected.stderr).toBe(0);
	const has = (key: string) => existsSync(join(storage, key));
	const named = { repository, digest: old.digest };
	expect([
		has(blobKey(old.digest)),
		has(formatKey({ kind: "revision", ...named })),
		has(formatKey({ kind: "index", tag, ...named })),
	]).toEqual([false, false, true]);
}
