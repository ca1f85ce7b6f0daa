import { describe, expect, test } from "vitest";
import { VerifyView } from "../../src/cli/verify-view.ts";
import { formatDigest } from "../../src/layout/digest.ts";
import { faulty } from "../../src/store/faults.ts";
import type { MemoryStore } from "../../src/store/memory.ts";
import type { VerifyEvent } from "../../src/verify/event.ts";
import { type VerifyLevel, verify } from "../../src/verify/verify.ts";
import { failure } from "../support/faults.ts";
import {
	equalSides,
	put,
	sha256,
	type TinyRegistry,
} from "../verify/registry.ts";

type Sides = TinyRegistry & { source: MemoryStore; target: MemoryStore };

/** The report of a real verification, after something was done to two equal sides. */
async function report(
	change: (sides: Sides) => Promise<void>,
	level: VerifyLevel = "default",
	// Ahead: nothing counts as written since the verification began.
	clock = () => Date.now() + 60_000,
): Promise<readonly string[]> {
	const sides = await equalSides();
	await change(sides);
	const lines: string[] = [];
	const view = new VerifyView((line) => lines.push(line));
	view.summarize(await verify(sides.source, sides.target, { level, clock }));
	return lines;
}

const OTHER = sha256("another manifest");

describe("the report of a verification", () => {
	test("says that both are the same, and how much that proves", async () => {
		expect(await report(async () => {})).toEqual([
			"Source memory://source: 8 objects, 319 B",
			"Target memory://target: 8 objects, 319 B",
			"The target is the same as the source: every key, size and link content.",
		]);
		expect((await report(async () => {}, "counts")).at(-1)).toBe(
			"Both have the same number of objects. That is no proof that they are the same: run verify without --counts.",
		);
	});

	test("says what is missing and what to do", async () => {
		const lines = await report(async ({ target, currentLink, lock }) => {
			await target.delete([currentLink, lock]);
		});
		expect(lines.slice(2)).toEqual([
			"2 objects missing at the target",
			"  docker/registry/lockfiles/filesystem-in-use",
			"  docker/registry/v2/repositories/acme/app/_manifests/tags/v1/current/link",
			"The target is not the same as the source: run sync, then verify again.",
		]);
	});

	test("says what a link holds on either side", async () => {
		const lines = await report(async ({ target, currentLink }) => {
			await put(target, currentLink, formatDigest(OTHER));
		});
		expect(lines.slice(2)).toEqual([
			"1 object that differs",
			`  docker/registry/v2/repositories/acme/app/_manifests/tags/v1/current/link: source holds "${formatDigest(sha256("a manifest"))}", target "${formatDigest(OTHER)}"`,
			"The target is not the same as the source: run sync, then verify again.",
		]);
	});

	test("tells the size where that is what differs", async () => {
		const lines = await report(async ({ target, layerBlob }) => {
			await put(target, layerBlob, "a laye");
		});
		expect(lines[2]).toBe("1 object that differs");
		expect(lines[3]).toContain("7 bytes in the source, 6 bytes at the target");
	});

	test("does not send in a circle who has more at the target than in the source", async () => {
		const lines = await report(async ({ target }) => {
			await put(target, "docker/registry/v2/blobs/x", "old");
		});
		expect(lines.slice(2)).toEqual([
			"1 object at the target that the source does not have",
			"  docker/registry/v2/blobs/x",
			"The target has all that the source has, and more: most likely what was deleted from the source after it was copied. sync --delete deletes it; else a registry on the target will serve it again.",
		]);
	});

	test("tells whose fault it is where both sides are to blame", async () => {
		const lines = await report(async ({ source, target, ...keys }) => {
			await put(source, keys.revisionLink, "nonsense");
			await target.delete([keys.revisionLink]);
			await put(target, keys.indexLink, "nonsense");
		});
		expect(lines.slice(2)).toEqual([
			"2 corrupt objects: their content is not what their names say (1 broken in the source already)",
			expect.stringContaining("/revisions/"),
			expect.stringContaining("/index/"),
			"The target is not the same as the source: run sync, then verify again.",
		]);
		expect(lines[3]).toMatch(/ broken in the source already$/);
		expect(lines[4]).not.toContain("broken in the source");
	});

	test("says when the migration broke nothing", async () => {
		const lines = await report(async ({ source, target, currentLink }) => {
			await put(source, currentLink, "");
			await target.delete([currentLink]);
		});
		expect(lines.slice(2)).toEqual([
			"1 empty object (broken in the source already)",
			"  docker/registry/v2/repositories/acme/app/_manifests/tags/v1/current/link",
			"The target differs only in what is broken in the source already: the migration broke nothing.",
		]);
	});

	test("says when the source has moved on", async () => {
		const lines = await report(
			async ({ target, currentLink }) => {
				await target.delete([currentLink]);
			},
			"default",
			() => 0,
		);
		expect(lines.slice(2)).toEqual([
			"1 object missing at the target (new in the source since the verification began)",
			"  docker/registry/v2/repositories/acme/app/_manifests/tags/v1/current/link",
			"The source has moved on since: run sync again, then verify.",
		]);
	});

	test("says that an empty source proves nothing", async () => {
		const lines = await report(async ({ source, target, keys }) => {
			await source.delete(keys);
			await target.delete(keys);
		});
		expect(lines.at(-1)).toBe(
			"The source holds no object of a registry, which proves nothing: is it the directory or prefix that holds docker/registry/v2?",
		);
	});

	test("sends from the counts to the comparison when the numbers differ", async () => {
		const lines = await report(async ({ target, lock }) => {
			await target.delete([lock]);
		}, "counts");
		expect(lines).toEqual([
			"Source memory://source: 8 objects, 319 B",
			"Target memory://target: 7 objects, 306 B",
			"The numbers differ: run verify without --counts to see where.",
		]);
	});

	test("says what is not counted, in words", async () => {
		const lines = await report(async ({ source, layerBlob, currentLink }) => {
			await put(source, `${layerBlob}.bak`, "x");
			await put(source, `${currentLink}.1.tmp`, "x");
			await put(source, `${currentLink}.2.tmp`, "x");
			const root = "docker/registry/v2/repositories";
			await put(source, `${root}/acme/app/_uploads/1/data`, "x");
		});
		expect(lines[0]).toBe(
			"Source memory://source: 8 objects, 319 B; not counted: 2 temporary objects, 1 object beside the only one that counts, what _uploads holds in 1 repository",
		);
	});

	test("says what could not be looked at, and does not guess", async () => {
		const { source, target, currentLink } = await equalSides();
		await put(target, currentLink, formatDigest(OTHER));
		const lines: string[] = [];
		const closed = faulty(source, {
			get: (key) => {
				throw failure("permission-denied", key, source.url);
			},
		});
		const view = new VerifyView((line) => lines.push(line));
		view.summarize(await verify(closed, target, { level: "default" }));
		expect(lines.slice(2)).toEqual([
			"1 place that could not be looked at",
			`  Cannot test "${currentLink}" in memory://source: it was told to fail`,
			"It is not known whether the target is the same: remove the causes above, then verify again.",
		]);
	});

	test("never lets a name move the cursor or break a line", async () => {
		const lines = await report(async ({ source }) => {
			await put(source, "docker/registry/v2/a\u001b[2J\nb", "x");
		});
		expect(lines.join("")).toMatch(/^[ -~]+$/);
	});
});

test("the view of a verification tells how far it is: what is listed, then what is compared", () => {
	const view = new VerifyView(() => {});
	const objects = [view.standing.objects];
	const events: readonly VerifyEvent[] = [
		{ type: "listed", side: "source", objects: 1000 },
		{ type: "listed", side: "target", objects: 1000 },
		{ type: "listed", side: "target", objects: 500 },
		{ type: "compared", objects: 1000 },
	];
	for (const event of events) {
		view.observe(event);
		objects.push(view.standing.objects);
	}
	expect(objects).toEqual([0, 1000, 1000, 1500, 1000]);
});
