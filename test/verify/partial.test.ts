import { describe, expect, test } from "vitest";
import { VerifyView } from "../../src/cli/verify-view.ts";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import { faulty } from "../../src/store/faults.ts";
import type { VerifyResult } from "../../src/verify/verify.ts";
import { failure } from "../support/faults.ts";
import { check } from "./check.ts";
import { equalSides, put } from "./registry.ts";

/** Two sides that are equal, but for the marker at the target. */
async function sides(marker: string) {
	const both = await equalSides();
	await put(both.target, MARKER_KEY, marker);
	return both;
}

function report(result: VerifyResult): readonly string[] {
	const lines: string[] = [];
	new VerifyView((line) => lines.push(line)).summarize(result);
	return lines.slice(2);
}

describe("verify › a target from which something was left out", () => {
	test("is called partial, and judged by what is found", async () => {
		const marker = JSON.stringify({ source: "x", partial: "repositories" });
		const { source, target, currentLink } = await sides(marker);
		const equal = await check(source, target);
		expect(equal).toMatchObject({ isEqual: true, partial: "repositories" });
		expect(report(equal)).toEqual([
			"The target is partial: the last pass to it left repositories out, which are missing here; sync without --include and --exclude makes it whole.",
			"The target is the same as the source: every key, size and link content.",
		]);
		await target.delete([currentLink]);
		const less = await check(source, target);
		expect(less).toMatchObject({
			isEqual: false,
			findings: { missing: { count: 1 } },
		});
		expect(report(less).at(-1)).toBe(
			"The target is not the same as the source, and it is partial: sync what was left out, then verify again.",
		);
	});

	test("is called so also where only the numbers are compared", async () => {
		const marker = JSON.stringify({ source: "x", partial: "unreferenced" });
		const { source, target } = await sides(marker);
		const result = await check(source, target, { level: "counts" });
		expect(report(result)[0]).toMatch(
			/^The target is partial: .* blobs that no link names/,
		);
	});

	test.for([
		"",
		"{",
		"null",
		'"partial"',
		'{"source": "x"}',
		'{"partial": false}',
		" ".repeat(20_000),
	])("is not one whose marker says nothing of it: %j", async (marker) => {
		const { source, target } = await sides(marker);
		const { partial, isEqual } = await check(source, target);
		expect({ partial, isEqual }).toEqual({ partial: undefined, isEqual: true });
	});

	test("is believed to be one where another version says more than is known here", async () => {
		const { source, target } = await sides('{"partial": {"of": "tags"}}');
		expect((await check(source, target)).partial).toBe("repositories");
	});

	test("is verified also by who may not read its marker", async () => {
		const { source, target } = await sides("{}");
		const closed = faulty(target, {
			get: (key) => {
				if (key === MARKER_KEY)
					throw failure("permission-denied", key, target.url);
			},
		});
		const result = await check(source, closed);
		expect(result).toMatchObject({ isEqual: true });
		expect(result.partial).toBeUndefined();
	});
});
