import { expect, test } from "vitest";
import {
	type Candidate,
	chooseRepositories,
} from "../../../src/registry/rehearsal/choose-repositories.ts";

function candidate(
	repository: string,
	bytes: number,
	hasIndex = false,
): Candidate {
	return { repository, bytes, hasIndex };
}

const ALL = [
	candidate("large", 1000),
	candidate("small", 1),
	candidate("index", 50, true),
	candidate("other-index", 60, true),
	candidate("middle", 10),
	candidate("endless", Number.POSITIVE_INFINITY),
];

test.for<[count: number, maxBytes: number, chosen: readonly string[]]>([
	[3, 1e9, ["index", "small", "middle"]],
	[10, 1e9, ["index", "small", "middle", "other-index", "large"]],
	[3, 55, ["index", "small"]],
	[3, 20, ["small", "middle"]],
	[1, 1e9, ["index"]],
	[3, 0, []],
])("of all, %i with %i bytes", ([count, maxBytes, chosen]) => {
	expect(
		chooseRepositories(ALL, { count, maxBytes }).map(
			({ repository }) => repository,
		),
	).toEqual(chosen);
});
