import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
	filesystemStorage,
	startRegistry,
} from "../../../scripts/services/registry.ts";
import { probeWrites } from "../../../src/registry/probe/probe-writes.ts";
import { RegistryClient } from "../../../src/registry/probe/registry-client.ts";
import { temporaryFolder } from "../../e2e/temporary-folder.ts";
import { snapshotTree } from "../../e2e/tree.ts";
import { FaultyServer } from "../../support/faulty-server.ts";
import { hasTools } from "../../support/services.ts";

describe.each(["3", "2"] as const)("a registry of version %s", (version) => {
	const skipped = test.skipIf(!hasTools(`registry-${version}`));

	skipped.each([
		["read-only", true],
		["writable", false],
	] as const)(
		"is found %s, and nothing is written",
		async (expected, enabled) => {
			const folder = await temporaryFolder();
			const storage = join(folder, "storage");
			mkdirSync(storage);
			await using registry = await startRegistry({
				version,
				directory: folder,
				storage: {
					...filesystemStorage(storage),
					maintenance: { readonly: { enabled } },
				},
			});
			await using front = await FaultyServer.start(registry.url);
			await using client = new RegistryClient(new URL(front.origin));
			const before = snapshotTree(storage);
			for (const repository of [undefined, "team/app"])
				expect(await probeWrites(client, { repository })).toMatchObject({
					state: expected,
					because: expect.stringMatching(/^it allows manifests/),
				});
			// Somebody on the way answers OPTIONS himself.
			front.follow(({ method }) =>
				method === "OPTIONS"
					? { answers: { status: 204, headers: {}, body: Buffer.alloc(0) } }
					: undefined,
			);
			for (const repository of [undefined, "team/app"])
				expect(await probeWrites(client, { repository })).toMatchObject({
					state: expected,
				});
			expect(front.requests.map(({ method }) => method)).toContain("PUT");
			expect(snapshotTree(storage)).toEqual(before);
		},
	);
});
