import { describe, expect, test } from "vitest";
import { hasTools } from "../support/services.ts";
import {
	canMount,
	expectPushes,
	installedLinuxPackage,
} from "./installed-linux-package.ts";
import { push, pushing, rollbackWords, run } from "./installed-registry.ts";
import { tagDigests } from "./registry-client.ts";
import { deleteImage, moveTag } from "./tag-edits.ts";

const tools = canMount && hasTools("ruby", "registry-2", "minio");

describe.skipIf(!tools)(
	"rollback of a registry of GitLab's Linux package",
	() => {
		test("while a client pushes, brings back what was pushed, moved and deleted; gitlab.rb is as it was, byte for byte", async () => {
			const at = await installedLinuxPackage();
			const { gitlab, original, server, words } = at;
			await run(0, ...words);
			await push(at, "team/new", "v1");
			const before = await tagDigests(server());
			await moveTag(server(), "team/app", "v1");
			await deleteImage(server(), "team/app", before.get("team/app:v2"));
			const wanted = await tagDigests(server());
			expect(wanted.get("team/app:v1")).not.toBe(before.get("team/app:v1"));

			const stop = pushing(at);
			const { stdout } = await run(0, ...rollbackWords(at));
			const { acknowledged, refused } = await stop();
			expect(stdout).toContain("moved: team/app:v1, from sha256:");
			expect(stdout).toContain("deleted: team/app:v2, which named sha256:");
			expect(refused).toBeGreaterThan(0);
			expect(gitlab.read()).toBe(original);
			await expectPushes(at, "on the source");
			const tags = await tagDigests(server());
			for (const [name, digest] of wanted)
				expect(tags.get(name), name).toBe(digest);
			expect(tags.has("team/app:v2")).toBe(false);
			for (const name of acknowledged)
				expect(tags.get(name), name).toMatch(/^sha256:/);
		});

		test("is given up where the node does not serve from the source: it is on the target, and takes writes", async () => {
			const at = await installedLinuxPackage();
			const { gitlab, words } = at;
			await run(0, ...words);
			const moved = gitlab.read();
			gitlab.setFault("stays-on-bucket");
			const back = [...rollbackWords(at), "--timeout=5s"];
			const { stderr, stdout } = await run(5, ...back);
			expect(stdout).toContain("== canary");
			expect(stderr).toContain("does not serve an image that is only at the");
			expect(gitlab.read()).toBe(moved);
			await expectPushes(at, "on the target");
		});
	},
);
