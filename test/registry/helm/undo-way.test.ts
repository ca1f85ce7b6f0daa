import { expect, test } from "vitest";
import {
	decideValues,
	keptBefore,
} from "../../../src/registry/helm/kept-release.ts";
import { judgeStatus } from "../../../src/registry/helm/release-refusal.ts";
import { undoWay } from "../../../src/registry/helm/undo-way.ts";
import { undoLeaves } from "../../../src/registry/helm/values-tree.ts";

const ours = (revision: number) => ({ revision, isOurs: true });
const others = (revision: number) => ({ revision, isOurs: false });

test.each([
	[
		"the values are as they were",
		"nothing",
		[others(3), ours(4)],
		{ kind: "nothing" },
	],
	[
		"all revisions since are ours",
		"original",
		[others(3), ours(4), ours(5)],
		{ kind: "rollback", revision: 3 },
	],
	[
		"Helm keeps the original no longer",
		"original",
		[ours(4), ours(5)],
		{ kind: "original-values" },
	],
	[
		"somebody has upgraded since",
		"original",
		[others(3), ours(4), others(5)],
		{ kind: "original-values" },
	],
	[
		"the values are somebody's",
		"own-keys",
		[others(3), ours(4)],
		{ kind: "own-values" },
	],
] as const)("goes back where %s", (_, decision, history, way) => {
	expect(undoWay(decision, 3, history)).toEqual(way);
});

test.each([
	["deployed", "good"],
	["failed", "failed"],
	["pending-install", "busy"],
	["pending-upgrade", "busy"],
	["pending-rollback", "busy"],
	["uninstalling", "gone"],
	["superseded", "gone"],
])("judges a release that is %s: %s", (status, verdict) => {
	expect(judgeStatus(status)).toBe(verdict);
});

const ORIGINAL = { a: 1 };
const FIRST = { a: 1, b: 1 };
const SECOND = { a: 1, b: 2 };
const THEIRS = { a: 2, b: 1 };

test("keeps the values from before the first change, whatever comes after it", () => {
	const first = keptBefore(undefined, state(ORIGINAL, 3), FIRST, "one");
	const second = keptBefore(first, state(FIRST, 4), SECOND, "two");
	expect(second).toMatchObject({
		original: ORIGINAL,
		revision: 3,
		written: SECOND,
		isMixed: false,
		secrets: ["one", "two"],
	});
	expect(decideValues(second, ORIGINAL)).toBe("nothing");
	// Ended after it was kept, and before the upgrade.
	expect(decideValues(second, FIRST)).toBe("original");
	expect(decideValues(second, { b: 2, a: 1 })).toBe("original");
	expect(decideValues(second, THEIRS)).toBe("own-keys");
});

test("does not take an original for all, in which somebody's change between two of ours is missing", () => {
	const first = keptBefore(undefined, state(ORIGINAL, 3), FIRST, undefined);
	const written = { ...THEIRS, b: 2 };
	const mixed = keptBefore(first, state(THEIRS, 5), written, undefined);
	expect(decideValues(mixed, written)).toBe("own-keys");
	expect(undoLeaves(written, written, ORIGINAL).values).toEqual(ORIGINAL);
});

test("begins anew where everything was undone before", () => {
	const first = keptBefore(undefined, state(ORIGINAL, 3), FIRST, "one");
	expect(
		keptBefore(first, state(ORIGINAL, 7), SECOND, undefined),
	).toMatchObject({ revision: 7, original: ORIGINAL, secrets: ["one"] });
});

function state(values: Readonly<Record<string, unknown>>, revision: number) {
	return { values, revision, version: "9.1.0" };
}

test("undoes our values alone, with the maps that only they are in, and names those that are somebody's by now", () => {
	const original = { registry: { storage: { secret: "old" } }, a: null };
	const written = {
		...original,
		registry: {
			storage: { secret: "new", redirect: { disable: true } },
			maintenance: { readonly: { enabled: true } },
		},
	};
	expect(undoLeaves(written, written, original).values).toEqual(original);
	const current = {
		registry: {
			...written.registry,
			storage: {
				secret: "theirs",
				redirect: { disable: true, exceptions: [] },
			},
			hpa: { minReplicas: 3 },
		},
		b: 1,
	};
	expect(undoLeaves(current, written, original)).toEqual({
		values: {
			registry: {
				storage: { secret: "theirs", redirect: { exceptions: [] } },
				hpa: { minReplicas: 3 },
			},
			b: 1,
		},
		left: ["registry.storage.secret"],
	});
});
