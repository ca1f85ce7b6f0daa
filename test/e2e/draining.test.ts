import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import {
	filesystemStorage,
	startRegistry,
} from "../../scripts/services/registry.ts";
import { probeWrites } from "../../src/registry/probe/probe-writes.ts";
import { RegistryClient } from "../../src/registry/probe/registry-client.ts";
import { hasTools } from "../support/services.ts";
import {
	beginPush,
	lives,
	startDrainable,
	tellToEnd,
} from "./draining-registry.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { treeKeys } from "./tree.ts";

describe.each(["3", "2"] as const)("version %s", (version) => {
	test.skipIf(!hasTools(`registry-${version}`))(
		"takes a push after its successor was found read-only: a probe proves nothing of a process that still ends (I6)",
		async () => {
			const folder = await temporaryFolder();
			const root = join(folder, "storage");
			mkdirSync(root);
			const storage = filesystemStorage(root);
			await using old = await startDrainable({
				version,
				directory: join(folder, "old"),
				storage,
			});
			await using client = new RegistryClient(new URL(old.url));
			expect((await probeWrites(client)).state).toBe("writable");
			const push = await beginPush(old, "team/app", "late");

			await tellToEnd(old);
			await using successor = await startRegistry({
				version,
				directory: join(folder, "successor"),
				storage: { ...storage, maintenance: { readonly: { enabled: true } } },
				port: Number(new URL(old.url).port),
			});
			expect(successor.url).toBe(old.url);
			await using fresh = new RegistryClient(new URL(old.url));
			expect((await probeWrites(fresh)).state).toBe("read-only");
			expect((await probeWrites(client)).state).toBe("read-only");
			expect(lives(old)).toBe(true);
			const before = treeKeys(root);

			expect(await push.finish()).toBe(201);
			expect(treeKeys(root).length).toBeGreaterThan(before.length);
			expect(treeKeys(root)).toContain(
				"docker/registry/v2/repositories/team/app/_manifests/tags/late/current/link",
			);
			while (lives(old)) await sleep(25);
			expect((await probeWrites(client)).state).toBe("read-only");
		},
	);
});
