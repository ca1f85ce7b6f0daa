import { describe, expect, test } from "vitest";
import { isDeletable } from "../../../src/cutover/rollback/deletable.ts";
import {
	judgeSource,
	type LinkContent,
	type SourceVerdict,
} from "../../../src/cutover/rollback/judge-source.ts";
import { tagChanges } from "../../../src/cutover/rollback/tag-changes.ts";
import { formatKey } from "../../../src/layout/paths.ts";
import { blob } from "../../sync/content.ts";

const [X, Y, NONE, MALFORMED] = ["sha256:x", "sha256:y", undefined, ""];

test.each<
	[
		before: LinkContent,
		written: readonly LinkContent[],
		now: LinkContent,
		SourceVerdict,
	]
>([
	[X, [], X, "same"],
	[NONE, [], NONE, "same"],
	[MALFORMED, [], MALFORMED, "same"],
	[X, [Y], Y, "same"],
	[NONE, [X, Y], X, "same"],
	[X, [NONE], NONE, "same"],
	[X, [Y, NONE], X, "same"],
	[NONE, [], X, "appeared"],
	[NONE, [X], Y, "appeared"],
	[NONE, [], MALFORMED, "appeared"],
	[X, [], NONE, "gone"],
	[X, [Y], NONE, "gone"],
	[X, [], Y, "changed"],
	[X, [NONE], Y, "changed"],
	[X, [Y], MALFORMED, "changed"],
	[MALFORMED, [], X, "changed"],
])(
	"only what somebody else has done to a source is a change (I3): a link that held %j, of which %j was written, and that holds %j is judged: %s",
	(before, written, now, verdict) => {
		expect(judgeSource(before, written, now)).toBe(verdict);
	},
);

const LINK = formatKey({ kind: "current", repository: "a", tag: "v1" });
const [BLOB] = blob("x");

test.each([
	[LINK, true, [], true],
	[LINK, false, [X], true],
	[LINK, false, [], false],
	[LINK, false, [NONE], false],
	[BLOB, true, [], false],
	[`${LINK.slice(0, LINK.indexOf("/_"))}/notes`, true, [], false],
])(
	"the way back may delete no blob, and no link that it does not know (I3): %s, on both sides: %s, written: %j, is deletable: %s",
	(key, isShared, written, expected) => {
		const base = { isShared: () => isShared, writtenTo: () => written };
		expect(isDeletable(key, base)).toBe(expected);
	},
);

describe("a tag", () => {
	const link = (content: string | undefined) =>
		content === undefined ? [] : [{ key: LINK, content }];
	test.each([
		[NONE, X],
		[X, Y],
		[X, NONE],
	])("that named %s and names %s has changed", (from, to) => {
		expect([...tagChanges(link(from), link(to))]).toEqual([
			{ repository: "a", tag: "v1", from, to },
		]);
	});

	test("that names what it named has not", () => {
		expect([...tagChanges(link(X), link(X))]).toEqual([]);
	});
});
