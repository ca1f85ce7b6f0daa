import { expect, test } from "vitest";
import { planDeletes } from "../../../src/cutover/before/catch-up.ts";
import { Delta } from "../../../src/cutover/delta.ts";
import { backPass } from "../../../src/cutover/rollback/back-pass.ts";
import {
	mergeBack,
	requireBothStill,
} from "../../../src/cutover/rollback/merge-back.ts";
import { ROLLBACK } from "../../../src/cutover/rollback/rollback-steps.ts";
import { BaseFile } from "../../../src/sync/base-file.ts";
import { blob, contentOf, putAll, smallRegistry } from "../../sync/content.ts";
import { MergedRegistry } from "./merged-registry.ts";

/** More than a pass looks at of a target that it knows: it is not likely to find out by itself. */
const BLOBS = Array.from({ length: 2200 }, (_, index) => blob(`blob ${index}`));

/** What lies in the middle of all keys. */
const [COLLECTED = ""] = BLOBS.map(([key]) => key).filter((key) =>
	key.includes("/sha256/80/"),
);

test("a blob that somebody collects in the old source in the window is copied back once more, or keeps it from being served", async () => {
	using registry = new MergedRegistry();
	const { source, target, basePath, indexPath } = registry;
	await putAll(source, [...smallRegistry(), ...BLOBS]);
	await registry.goOver();
	registry.begin();
	await registry.back(false);
	using base = new BaseFile(basePath);
	const world = {
		...{ source: target, target: source, oldSource: source, base },
		...{ course: ROLLBACK, pass: backPass(base, indexPath) },
		...{ acceptsDamage: true, isVerifiedLive: false, passWithinMs: 1000 },
		...{ maxDeletes: undefined, deletePlanPath: `${indexPath}.deletes` },
		database: { read: () => undefined },
		observe() {},
	};
	await planDeletes(world, {});
	await source.delete([COLLECTED]);
	await mergeBack(world, new Delta(), {});
	expect((await contentOf(source)).has(COLLECTED)).toBe(true);
	await requireBothStill(world, {});
	await source.delete([COLLECTED]);
	await expect(requireBothStill(world, {})).rejects.toMatchObject({
		code: "unproven",
	});
});
