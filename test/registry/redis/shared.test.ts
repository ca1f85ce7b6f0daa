import { expect, test } from "vitest";
import {
	decideShared,
	type SharedDecision,
} from "../../../src/registry/redis/shared.ts";

test.each<
	readonly [
		descriptors: number,
		others: number,
		isComplete: boolean,
		isAgreed: boolean,
		decision: SharedDecision,
	]
>([
	[0, 0, true, false, "nothing"],
	[0, 9, true, false, "nothing"],
	[5, 1, true, false, "ask"],
	[0, 1, false, false, "ask"],
	[5, 1, true, true, "flush"],
	[5, 1, false, true, "flush"],
	[5, 0, true, false, "flush"],
	[5, 0, false, false, "flush"],
	[0, 0, false, false, "flush"],
])(
	"%i descriptors, %i of others, all seen %s, agreed %s: %s",
	(descriptors, others, isComplete, isAgreed, decision) => {
		expect(decideShared({ descriptors, others, isComplete }, isAgreed)).toBe(
			decision,
		);
	},
);
