import { describe, expect, test } from "vitest";
import {
	resultLines,
	windowText,
} from "../../../src/cli/cutover/cutover-lines.ts";
import {
	type Predicted,
	predictedLines,
} from "../../../src/cli/cutover/prediction-lines.ts";
import { STEPS } from "../../../src/cutover/steps.ts";

const PREDICTED: Predicted = {
	type: "predicted",
	next: { listMs: 0, readMs: 500, copyMs: 500, deleteMs: 0 },
	deletes: 12,
	doubtful: 3,
	restart: { ms: 2000, from: "rehearsed" },
	steps: [
		{ step: "read-only", ms: 2000 },
		{ step: "final pass", ms: 1000 },
	],
	windowMs: 3000,
	wayBackMs: 2100,
};

const DELETES = {
	counts: {
		...{ objects: 12, bytes: 1234, tags: 2, links: 4, blobs: 6 },
		...{ namedBlobs: 0, targetTags: 100 },
	},
	path: "/state/registry-1.deletes",
	largest: [
		{ repository: "acme/old", objects: 5 },
		{ repository: "acme/\u001b[2Japp", objects: 1 },
	],
};

describe("windowText", () => {
	const text = windowText(STEPS, 2, { predicted: PREDICTED, deletes: DELETES });

	test("tells how long pushes will be refused, step by step, and how that is known", () => {
		expect(predictedLines(PREDICTED).join("\n")).toBe(
			[
				"Pushes are expected to be refused for 3s:",
				"  read-only   2s",
				"  final pass  1s",
				"The way back would take 2.1s. A restart is taken for 2s, by what its program took to start on the target.",
				"3 objects that change all the time will be compared when pushes are refused.",
			].join("\n"),
		);
		expect(text).toContain("pushes are refused, for about 3s.");
	});

	test("has what is deleted approved: how much, where most, and which file names all", () => {
		expect(text).toContain("2 tags, 4 other links and 6 blobs");
		expect(text).toContain("acme/old (5)");
		expect(text).toContain(DELETES.path);
		expect(text).toContain("up to 1,000 objects more");
		expect(text).not.toContain("\u001b");
	});

	test("does without what another process knew", () => {
		expect(windowText(STEPS, 1, {})).toMatch(
			/^From now on pushes are refused: read-only; .*\nThe node is restarted/,
		);
	});
});

test("the result has what each step took beside what was expected", () => {
	const result = {
		windowMs: 4000,
		steps: [
			{ step: "catch up", ms: 60_000 },
			{ step: "read-only", ms: 3100 },
			{ step: "final pass", ms: 900 },
		],
	};
	const target = { target: "s3://reg" };
	expect(resultLines(result, target, PREDICTED).join("\n")).toContain(
		[
			"Pushes were refused for 4s; 3s were expected. Step by step:",
			"  read-only   3.1s   expected 2s",
			"  final pass  900ms  expected 1s",
		].join("\n"),
	);
	expect(resultLines(result, target, undefined).join("\n")).toContain(
		"Pushes were refused for 4s.",
	);
});
