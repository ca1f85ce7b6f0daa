import { expect, test } from "vitest";
import { PullRecord } from "../../../src/cutover/pulls/pull-record.ts";

/** Takes answers, each `node askedAt answeredAt served|failed`. */
function recorded(nodes: readonly string[], ...answers: readonly string[]) {
	const record = new PullRecord(nodes);
	for (const answer of answers) {
		const [node = "", askedAt, answeredAt, how] = answer.split(" ");
		record.take(node, {
			askedAt: Number(askedAt),
			answeredAt: Number(answeredAt),
			isServed: how === "served",
		});
	}
	return record;
}

test("pulls fail from the first question that fails to the first answer that does not", () => {
	const record = recorded(
		["a"],
		...["a 0 1 served", "a 10 12 failed", "a 20 29 failed", "a 30 31 served"],
		...["a 40 41 failed", "a 50 51 served"],
	);
	expect(record.result(100).nodes).toEqual([
		{
			...{ node: "a", failedMs: 32 },
			spans: [
				{ from: 10, to: 31 },
				{ from: 40, to: 51 },
			],
		},
	]);
});

test("what still fails fails until now", () => {
	const record = recorded(["a"], "a 0 1 served", "a 10 11 failed");
	expect(record.result(25)).toMatchObject({
		nodes: [{ failedMs: 15 }],
		noneServedMs: 15,
	});
});

test.each([
	[["a 10 11 failed", "a 20 21 served", "b 20 22 failed", "b 30 31 served"], 1],
	[["a 10 11 failed", "a 20 21 served", "b 25 26 failed", "b 30 31 served"], 0],
	[
		["a 10 11 failed", "a 50 51 served", "b 20 22 failed", "b 30 31 served"],
		11,
	],
	[["a 10 11 failed"], 0],
	[[], 0],
])("after %j no node served for %i ms", (answers, expected) => {
	const record = recorded(["a", "b"], ...answers);
	expect(record.result(100).noneServedMs).toBe(expected);
});
