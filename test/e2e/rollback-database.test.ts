import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { hasTools, services } from "../support/services.ts";
import { keysAt, withDatabase } from "./database-registry.ts";
import { minioClient } from "./independent-readers.ts";
import {
	expectAsBefore,
	expectOnTarget,
	push,
	pushing,
	rollbackWords,
	run,
} from "./installed-registry.ts";
import { killedIn } from "./killed-in.ts";
import { tagDigests } from "./registry-client.ts";
import { deleteImage } from "./tag-edits.ts";
import { treeKeys } from "./tree.ts";

/** The steps that only such a registry needs, and the one that is another one for it. */
const OWN = ["witness", "pause collection", "canary", "resume collection"];

describe.skipIf(!hasTools("registry-3", "minio"))(
	"rollback of a registry with a metadata database",
	() => {
		test("brings it back while a client pushes: nothing is removed meanwhile, and each storage is proven by a push", async () => {
			const at = await withDatabase();
			const { registry, bucket, words } = at;
			await run(0, ...words);
			const asked = rollbackWords(at);
			const plain = asked.toSpliced(asked.indexOf("--test-repository"), 2);
			const refused = await run(4, ...plain);
			expect(refused.stderr).toContain("only a push proves");
			await push(registry, "team/new", "v1");
			// Garbage that the registry has removed on the target.
			const digests = await tagDigests(registry.server());
			const garbage = digests.get("team/app:v2") ?? "";
			await deleteImage(registry.server(), "team/app", garbage);
			const hex = garbage.replace("sha256:", "");
			const blob = `docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`;
			expect(await keysAt(at)).toContain(`pre/fix/${blob}`);
			await minioClient(services().s3).removeObject(bucket, `pre/fix/${blob}`);

			const ran: string[] = [];
			registry.override = (text) => {
				ran.push(text);
				return text;
			};
			const stop = pushing(registry);
			const { stdout } = await run(0, ...asked);
			const { acknowledged } = await stop();
			const told = [
				"which stays as it is: only blobs are copied back",
				"what is pushed through it lies at the target",
				"online garbage collection is off",
				"== catch up",
				"== canary",
				"serves what is only at the source",
				"== read-write",
				"what is pushed through it lies in the source, and not at the target",
				"online garbage collection is on again",
			];
			expect(told.filter((text) => !stdout.includes(text))).toEqual([]);
			const places = told.map((text) => stdout.indexOf(text));
			expect(places).toEqual(places.toSorted((one, other) => one - other));
			expect(stdout).not.toContain("since the cutover:");
			// Until all is back, each process runs without collecting, and knows its database.
			expect(ran).toHaveLength(5);
			for (const text of ran.slice(0, -1))
				expect(parse(text)).toMatchObject({
					database: { enabled: true, dbname: "registry" },
					gc: { disabled: true },
				});
			await expectAsBefore(at);
			expect(treeKeys(registry.storage)).toContain(blob);
			expect((await keysAt(at)).join("\n")).not.toContain("afterwards");
			const tags = await tagDigests(registry.server());
			expect(acknowledged.length).toBeGreaterThan(0);
			for (const name of ["team/app:v1", "team/new:v1", ...acknowledged])
				expect(tags.get(name), name).toMatch(/^sha256:/);
			expect([...tags.keys()].join("\n")).not.toContain("team/test");
		});

		test("whose node stays on the bucket is found out by what is missing in the source, and all is as it was after the cutover", async () => {
			const at = await withDatabase();
			const { registry, words } = at;
			await run(0, ...words);
			await push(registry, "team/new", "v1");
			const moved = readFileSync(registry.configFile, "utf8");
			let onBucket = moved;
			registry.override = (text) => {
				if (text.includes("s3:")) onBucket = text;
				return onBucket;
			};
			const { stderr } = await run(5, ...rollbackWords(at));
			expect(stderr).toContain("which is not at the source for now");
			expect(stderr).toContain("the registry is on the target");
			registry.override = (text) => text;
			expect(readFileSync(registry.configFile, "utf8")).toBe(moved);
			await expectOnTarget(at);
			await run(0, ...rollbackWords(at));
			await expectAsBefore(at);
		});

		test("killed in the middle of each of its own steps, the same command goes on", async () => {
			const at = await withDatabase();
			await run(0, ...at.words);
			await push(at.registry, "team/new", "v1");
			for (const step of OWN)
				await killedIn(step, rollbackWords(at), { afterMs: 30 });
			await run(0, ...rollbackWords(at));
			await expectAsBefore(at);
			const tags = await tagDigests(at.registry.server());
			expect(tags.has("team/new:v1")).toBe(true);
		});

		test("whose cutover was killed in read-write brings it back", async () => {
			const at = await withDatabase();
			await killedIn("read-write", at.words);
			const { stdout } = await run(0, ...rollbackWords(at));
			expect(stdout).toContain("== final merge");
			await expectAsBefore(at);
			const tags = await tagDigests(at.registry.server());
			expect([...tags.keys()].join("\n")).not.toContain("team/test");
		});
	},
);
