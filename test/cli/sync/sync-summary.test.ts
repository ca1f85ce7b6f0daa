import { describe, expect, test } from "vitest";
import type { Group } from "../../../src/cli/groups.ts";
import {
	type SummaryDetails,
	summaryLines,
} from "../../../src/cli/sync/sync-summary.ts";
import type { SyncResult } from "../../../src/sync/events.ts";
import { NOTHING_LEFT_OUT } from "../../../src/sync/selection.ts";

const NOTHING: SyncResult = {
	scanned: { objects: 0, bytes: 0 },
	copied: { objects: 0, bytes: 0 },
	skipped: { objects: 0, bytes: 0 },
	proven: { objects: 0, bytes: 0 },
	failed: 0,
	heldBack: 0,
	vanished: 0,
	unreadable: 0,
	deletedLocks: 0,
	deleted: { objects: 0, bytes: 0 },
	extra: 0,
	leftOut: NOTHING_LEFT_OUT,
	partial: undefined,
	damage: { corrupt: 0, malformed: 0, dangling: 0 },
	leftovers: 0,
	isTargetListed: true,
	isStopped: false,
	isOutOfTime: false,
	isComplete: true,
};

const NO_DETAILS: SummaryDetails = {
	isDryRun: false,
	deletes: false,
	durationMs: 1234,
	failures: [],
	unreadable: [],
	heldBack: [],
	damage: [],
};

function summary(
	result: Partial<SyncResult>,
	details: Partial<SummaryDetails> = {},
): readonly string[] {
	return summaryLines({ ...NOTHING, ...result }, { ...NO_DETAILS, ...details });
}

function group(about: Partial<Group>): Group {
	return {
		code: "unavailable",
		cause: "timed out (at the target)",
		prefix: "docker/registry/v2/blobs/",
		count: 1,
		example: "docker/registry/v2/blobs/x",
		suggestions: [],
		...about,
	};
}

const COMPLETE = "The target has all that the source has.";
const INCOMPLETE =
	"The target is not complete: remove the causes above and run the same command again. What was copied is not copied twice.";

describe("the summary of a pass", () => {
	test("says what was copied, and what was there already", () => {
		expect(
			summary({
				copied: { objects: 36_415, bytes: 20_447_232 },
				skipped: { objects: 1, bytes: 71 },
			}),
		).toEqual([
			"Copied 36,415 objects (19.5 MiB) in 1.2s; 1 object (71 B) already the same.",
			COMPLETE,
		]);
	});

	test("says of a dry run what would be", () => {
		expect(
			summary(
				{ copied: { objects: 1, bytes: 71 }, deletedLocks: 1 },
				{ isDryRun: true },
			),
		).toEqual([
			"Would copy 1 object (71 B) in 1.2s; 0 objects (0 B) already the same.",
			"Would remove 1 stale lock file from the target.",
			"Nothing was changed (dry run). Blobs were not read: a real run also proves their content.",
		]);
	});

	test("calls normal what is normal", () => {
		expect(summary({ vanished: 2, deletedLocks: 2 }).slice(1)).toEqual([
			"Removed 2 stale lock files from the target.",
			"Gone from the source meanwhile: 2 objects (normal while the registry is in use).",
			COMPLETE,
		]);
	});

	test("promises no more than was looked at, where the target was not listed", () => {
		expect(summary({ isTargetListed: false }).at(-1)).toBe(
			"The target has all that the source has, unless somebody else has changed it since regmigrate wrote it: verify tells, and --relist mends it.",
		);
	});

	test.for<[string, Partial<SyncResult>, string]>([
		[
			"nothing was deleted",
			{ heldBack: 1, failed: 2 },
			"nothing was deleted, because 2 objects failed and 1 link was held back.",
		],
		[
			"a place could not be read",
			{ unreadable: 1 },
			"nothing was deleted, because 1 place could not be read.",
		],
		[
			"some were deleted",
			{ failed: 1, deleted: { objects: 4, bytes: 4 } },
			"not deleted, because 1 object failed.",
		],
		[
			"it was time to end",
			{ isStopped: true, isOutOfTime: true },
			"nothing was deleted, because it was time to end.",
		],
		[
			"the source has them again",
			{},
			"nothing was deleted, because the source, asked again, has them.",
		],
	])("says why what is extra was not deleted: %s", ([, result, why]) => {
		expect(summary({ extra: 3, ...result }, { deletes: true })).toContain(
			result.unreadable === undefined
				? `At the target, and not in the source: 3 objects; ${why}`
				: `At the target, and not seen in the source: 3 objects; ${why}`,
		);
	});

	test("says that no delete plan was written when it was time to end before all was read", () => {
		expect(
			summary(
				{ isStopped: true, isOutOfTime: true },
				{ isDryRun: true, deletes: true, planPath: "/plan" },
			),
		).toContain(
			"No delete plan was written, because it was time to end before all was read.",
		);
	});

	test("says how many blobs of others were read, or would be", () => {
		const proven = { objects: 2, bytes: 20 };
		expect(summary({ proven })[1]).toBe(
			"Read 2 blobs (20 B) at the target that no pass had put there, to prove them.",
		);
		expect(summary({ proven }, { isDryRun: true })[1]).toMatch(
			/^Would read 2 blobs /,
		);
	});

	test("names one object by its key, several by what they share, and says what to do about each", () => {
		const lines = summary(
			{ failed: 4, unreadable: 1, heldBack: 2, isComplete: false },
			{
				failures: [
					group({ count: 3, suggestions: ["Make room."] }),
					group({ prefix: "", cause: "other causes", count: 2 }),
				],
				unreadable: [group({ example: "dir/", cause: "permission denied" })],
				heldBack: [group({ cause: "", count: 2, prefix: "app/" })],
			},
		);
		expect(lines.slice(1)).toEqual([
			"Failed: 4 objects",
			"  3 below docker/registry/v2/blobs/: timed out (at the target), such as docker/registry/v2/blobs/x",
			"    Make room.",
			"  2 elsewhere: other causes, such as docker/registry/v2/blobs/x",
			"Could not be read in the source: 1 place",
			"  dir/: permission denied",
			"Held back, because something they need is not in place: 2 links",
			"  2 below app/, such as docker/registry/v2/blobs/x",
			INCOMPLETE,
		]);
	});

	test("names damage, counts what it does not name, and says who can mend it", () => {
		const lines = summary(
			{
				damage: { corrupt: 1, malformed: 2, dangling: 0 },
				isComplete: false,
			},
			{
				damage: [{ kind: "malformed", key: "a/link", found: "it is empty" }],
			},
		);
		expect(lines.slice(1)).toEqual([
			"Broken in the source already: 3 objects (1 corrupt, 2 malformed)",
			"  malformed: a/link: it is empty",
			"  and 2 others",
			"All that can be copied was copied. Corrupt blobs and malformed links stayed out of the target: push those images again, or delete them.",
		]);
	});

	test("counts what garbage collection has left behind, which is no damage", () => {
		expect(summary({ leftovers: 2 }).slice(1)).toEqual([
			"Left behind by garbage collection: 2 links to what is gone, copied as they are; no image needs them.",
			COMPLETE,
		]);
	});

	test.for<[string, Partial<SyncResult>, string]>([
		[
			"repositories",
			{
				partial: "repositories",
				leftOut: {
					...NOTHING_LEFT_OUT,
					repositories: 2,
					blobs: { objects: 1, bytes: 7 },
				},
			},
			"Left out: 2 repositories, and 1 blob (7 B) that the selected ones do not name.",
		],
		[
			"blobs",
			{
				partial: "unreferenced",
				leftOut: { ...NOTHING_LEFT_OUT, blobs: { objects: 2, bytes: 9 } },
			},
			"Left out: 2 blobs (9 B) that no link names.",
		],
		[
			"nothing, since a place could not be read",
			{ leftOut: { ...NOTHING_LEFT_OUT, isUnknown: true } },
			"Blobs that no link names were not left out: some places could not be read, and what is there may name any of them.",
		],
		[
			"nothing by one of the patterns",
			{ leftOut: { ...NOTHING_LEFT_OUT, unmatched: ["x/*"] } },
			"No repository of the source matches --exclude 'x/*'.",
		],
	])("says what was left out: %s", ([, result, line]) => {
		expect(summary(result)[1]).toBe(line);
	});

	test.for<[string, Partial<SyncResult>, string]>([
		[
			"repositories were left out",
			{ partial: "repositories" },
			"The target has all that was selected. The target is partial: a registry on it would lack what was left out; sync without --include and --exclude makes it whole.",
		],
		[
			"blobs were left out, and the target was not listed",
			{ partial: "unreferenced", isTargetListed: false },
			"The target has all that was selected, unless somebody else has changed it since regmigrate wrote it: verify tells, and --relist mends it. The target is partial: it lacks blobs that no link names, and that no image needs; sync without --skip-unreferenced makes it whole.",
		],
		[
			"an earlier pass left repositories out, and this one failed",
			{ partial: "repositories", failed: 1, isComplete: false },
			`${INCOMPLETE} The target is partial: a registry on it would lack what was left out; sync without --include and --exclude makes it whole.`,
		],
	])(
		"says at its end what makes a partial target whole, when %s",
		([, result, verdict]) => {
			expect(summary(result).at(-1)).toBe(verdict);
		},
	);

	test.for<[string, Partial<SyncResult>, string]>([
		["all is there", {}, COMPLETE],
		[
			"links dangle",
			{ damage: { corrupt: 0, malformed: 0, dangling: 1 } },
			"The target has all that the source has. Dangling links were copied as they are, and what needs their blobs is as broken there as in the source: push those images again, or delete them.",
		],
		["something failed", { failed: 1, isComplete: false }, INCOMPLETE],
		["something is held back", { heldBack: 1, isComplete: false }, INCOMPLETE],
		["something is unknown", { unreadable: 1, isComplete: false }, INCOMPLETE],
		["it stopped early", { isStopped: true, isComplete: false }, INCOMPLETE],
		[
			"something failed and something is corrupt",
			{
				failed: 1,
				damage: { corrupt: 1, malformed: 0, dangling: 0 },
				isComplete: false,
			},
			INCOMPLETE,
		],
	])("ends with the verdict when %s", ([, result, verdict]) => {
		expect(summary(result).at(-1)).toBe(verdict);
	});
});
