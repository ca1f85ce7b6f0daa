import { describe, expect, it } from "vitest";
import { formatDigest } from "../../src/layout/digest.ts";
import type { Finding, FindingKind } from "../../src/verify/finding.ts";
import { unchanged, withoutMd5 } from "./altered-stores.ts";
import { BEFORE, check, findingsOf } from "./check.ts";
import { equalSides, put, sha256 } from "./registry.ts";

describe("verify › damage", () => {
	/** What the target is, and the finding there should be: its kind, its cause. */
	const DAMAGES: readonly {
		readonly title: string;
		readonly at: "layerBlob" | "currentLink" | "lock" | "other";
		readonly source?: string | null;
		readonly target?: string | null;
		readonly finding: readonly [FindingKind, Finding["cause"]];
	}[] = [
		{
			title: "a blob that the target lacks",
			at: "layerBlob",
			target: null,
			finding: ["missing", "migration"],
		},
		{
			title: "a link that the target lacks",
			at: "currentLink",
			target: null,
			finding: ["missing", "migration"],
		},
		{
			title: "a lock file that the target lacks",
			at: "lock",
			target: null,
			finding: ["missing", "migration"],
		},
		{
			title: "a blob that only the target has",
			at: "layerBlob",
			source: null,
			finding: ["extra", "migration"],
		},
		{
			title: "a link that only the target has",
			at: "currentLink",
			source: null,
			finding: ["extra", "migration"],
		},
		{
			title: "another file that only the target has",
			at: "other",
			source: null,
			finding: ["extra", "migration"],
		},
		{
			title: "a truncated blob",
			at: "layerBlob",
			target: "a lay",
			finding: ["different", "migration"],
		},
		{
			title: "a blob without content",
			at: "layerBlob",
			target: "",
			finding: ["empty", "migration"],
		},
		{
			title: "a tag that names something else",
			at: "currentLink",
			target: formatDigest(sha256("something else")),
			finding: ["different", "migration"],
		},
		{
			title: "a link without content",
			at: "currentLink",
			target: "",
			finding: ["empty", "migration"],
		},
		{
			title: "a link with a newline",
			at: "currentLink",
			target: `${formatDigest(sha256("a manifest"))}\n`,
			finding: ["corrupt", "migration"],
		},
		{
			title: "a link that holds no digest but has the length of one",
			at: "currentLink",
			target: "x".repeat(71),
			finding: ["corrupt", "migration"],
		},
		{
			title: "a link far too long",
			at: "currentLink",
			target: "x".repeat(5000),
			finding: ["corrupt", "migration"],
		},
		{
			title: "a lock file with other content of the same length",
			at: "lock",
			target: '{"version":2}',
			finding: ["different", "migration"],
		},
		{
			title: "another file of another length",
			at: "other",
			target: "more notes",
			finding: ["different", "migration"],
		},
		{
			title: "a blob, wrong in the source, that the target lacks",
			at: "layerBlob",
			source: "a LAYER",
			target: null,
			finding: ["corrupt", "source"],
		},
		{
			title: "a blob, truncated in the source, that the target has whole",
			at: "layerBlob",
			source: "a lay",
			finding: ["corrupt", "source"],
		},
		{
			title: "a blob without content in the source",
			at: "layerBlob",
			source: "",
			target: null,
			finding: ["empty", "source"],
		},
		{
			title: "a blob without content on both sides",
			at: "layerBlob",
			source: "",
			target: "",
			finding: ["empty", "source"],
		},
		{
			title: "a link without content in the source, never copied",
			at: "currentLink",
			source: "",
			target: null,
			finding: ["empty", "source"],
		},
		{
			title: "a link without content in the source, from an earlier pass",
			at: "currentLink",
			source: "",
			finding: ["empty", "source"],
		},
		{
			title: "a link without content on both sides",
			at: "currentLink",
			source: "",
			target: "",
			finding: ["empty", "source"],
		},
		{
			title: "a malformed link in the source, never copied",
			at: "currentLink",
			source: "garbage",
			target: null,
			finding: ["corrupt", "source"],
		},
		{
			title: "a link far too long on both sides",
			at: "currentLink",
			source: "x".repeat(5000),
			target: "x".repeat(5000),
			finding: ["corrupt", "source"],
		},
	];

	describe.each([
		["checksums on both sides", unchanged, unchanged],
		["checksums at the target only", withoutMd5, unchanged],
		["checksums in the source only", unchanged, withoutMd5],
		["no checksums", withoutMd5, withoutMd5],
	])("with %s", (_title, asSource, asTarget) => {
		it("finds nothing where both sides have the same", async () => {
			const { source, target } = await equalSides();
			const result = await check(asSource(source), asTarget(target));
			expect(findingsOf(result)).toEqual([]);
			expect(result.isEqual).toBe(true);
		});

		it.each(DAMAGES)("finds $title", async ({ at, finding, ...content }) => {
			const sides = await equalSides();
			const key = sides[at];
			for (const side of ["source", "target"] as const) {
				const text = content[side];
				if (text === null) await sides[side].delete([key]);
				else if (text !== undefined) await put(sides[side], key, text);
			}
			const result = await check(
				asSource(sides.source),
				asTarget(sides.target),
			);
			const [kind, cause] = finding;
			expect(findingsOf(result)).toEqual([
				expect.objectContaining({ kind, cause, key }),
			]);
			expect(result.findings[kind].count).toBe(1);
			expect(result.findings[kind].causes[cause]).toBe(1);
			expect(result.isEqual).toBe(false);
			// What a damaged source would be called depends on when it was written, whether the sides are equal does not.
			const live = await check(asSource(sides.source), asTarget(sides.target), {
				clock: BEFORE,
			});
			expect(live.isEqual).toBe(false);
			expect(findingsOf(live).map((found) => found.cause)).toEqual([
				finding[0] === "extra" ? "migration" : "expected",
			]);
		});
	});
});
