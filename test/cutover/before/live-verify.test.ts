import { expect, test } from "vitest";
import { verdictOf } from "../../../src/cutover/before/live-verify.ts";

const THEN = { size: 71, lastModified: 1000 };
const NOW = { size: 71, lastModified: 2000 };

// Row by row, as in the table.
test.each([
	["extra", "migration", undefined, undefined, true, true, "settled"],
	["unknown", "unknown", THEN, THEN, true, true, "hopeless"],
	["corrupt", "source", THEN, THEN, true, true, "settled"],
	["corrupt", "source", THEN, THEN, false, true, "hopeless"],
	["missing", "migration", THEN, THEN, true, true, "hopeless"],
	["missing", "migration", THEN, THEN, true, false, "doubtful"],
	["different", "expected", NOW, THEN, false, true, "doubtful"],
	[
		"different",
		"migration",
		{ ...THEN, size: 70 },
		THEN,
		false,
		true,
		"doubtful",
	],
	["missing", "migration", NOW, undefined, false, true, "doubtful"],
] as const)(
	"%s, by %s: the source has %o, and had %o; damage accepted: %s, pass whole: %s: it is %s",
	(kind, cause, source, before, acceptsDamage, isPassWhole, verdict) => {
		expect(
			verdictOf({ kind, cause, source }, before, {
				acceptsDamage,
				isPassWhole,
			}),
		).toBe(verdict);
	},
);
