import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { copyRank } from "../../src/layout/order.ts";
import { blobKey, formatKey, type Kind } from "../../src/layout/paths.ts";
import { type Lane, ObjectIndex } from "../../src/sync/object-index.ts";
import { State } from "../../src/sync/object-state.ts";
import { type ObjectTable, openTable } from "../../src/sync/object-table.ts";
import { digestOf } from "./content.ts";

const LARGE = 1000;

let table: ObjectTable;
let index: ObjectIndex;

beforeEach(() => {
	table = openTable(undefined);
	index = new ObjectIndex(table, LARGE);
});

afterEach(() => table.database.close());

function addSource(
	key: string,
	kind: Kind,
	options: {
		readonly size?: number;
		readonly content?: string;
		readonly state?: State;
	} = {},
): void {
	const { content, state = State.copy } = options;
	const size = options.size ?? content?.length ?? 1;
	index.addSource({ key, kind, size, content, version: "", state });
}

function addTarget(key: string, size = 1, md5?: string): void {
	index.addTarget([{ key, size, md5, version: "", lastModified: 0 }]);
}

function pendingKeys(lane: Lane): readonly string[] {
	return Array.from(index.pending(lane), ({ key }) => key);
}

function layer(repository: string, content = repository): string {
	return formatKey({ kind: "layer", repository, digest: digestOf(content) });
}

describe("ObjectIndex › what waits", () => {
	test("comes by lane and rank, in key order", () => {
		addSource("b", "blob");
		addSource("a", "blob");
		addSource("c", "blob", { size: LARGE + 1 });
		addSource("d", "blob", { size: LARGE });
		addSource("e", "layer", { content: "sha256:e" });
		const rank = copyRank("blob");
		expect(pendingKeys({ rank, isLarge: false })).toEqual(["a", "b", "d"]);
		expect(pendingKeys({ rank, isLarge: true })).toEqual(["c"]);
		expect(pendingKeys({ rank: copyRank("layer"), isLarge: false })).toEqual([
			"e",
		]);
		expect(pendingKeys({ rank: copyRank("current"), isLarge: false })).toEqual(
			[],
		);
	});

	test("carries what copying needs: size, a link's content, whether to compare", () => {
		addSource("a", "other", { size: 5, state: State.compare });
		addSource("b", "lock", { size: 6 });
		expect([...index.pending({ rank: 0, isLarge: false })]).toEqual([
			{ key: "a", size: 5, content: undefined, state: State.compare },
			{ key: "b", size: 6, content: undefined, state: State.copy },
		]);
		addSource("c", "current", { content: "sha256:c" });
		const rank = copyRank("current");
		expect([...index.pending({ rank, isLarge: false })]).toEqual([
			{ key: "c", size: 8, content: "sha256:c", state: State.copy },
		]);
	});

	test("is neither what is settled, nor what is in trouble or broken", () => {
		addSource("a", "blob", { state: State.settled });
		addSource("b", "blob");
		addSource("c", "blob");
		addTarget("d");
		index.trouble.mark("b", copyRank("blob"), State.trouble);
		index.trouble.mark("c", copyRank("blob"), State.broken);
		expect(pendingKeys({ rank: copyRank("blob"), isLarge: false })).toEqual([]);
	});

	test("is given out once, also over many batches and while it is marked", () => {
		const keys = Array.from({ length: 2500 }, (_, n) => `k${10_000 + n}`);
		for (const key of keys) addSource(key, "blob");
		const rank = copyRank("blob");
		const seen: string[] = [];
		for (const { key } of index.pending({ rank, isLarge: false })) {
			seen.push(key);
			if (seen.length % 3 === 0) index.trouble.mark(key, rank, State.trouble);
		}
		expect(seen).toEqual(keys);
	});
});

describe("ObjectIndex › what is known", () => {
	test("of a key: on which sides it is, and its state", () => {
		addSource("source", "blob");
		addTarget("target");
		addSource("both", "blob", { state: State.settled });
		addTarget("both");
		index.trouble.mark("unreadable", 1, State.trouble);
		expect(index.find("source")).toEqual({
			isAtSource: true,
			isAtTarget: false,
			state: State.copy,
		});
		expect(index.find("target")).toEqual({
			isAtSource: false,
			isAtTarget: true,
			state: State.settled,
		});
		expect(index.find("both")).toEqual({
			isAtSource: true,
			isAtTarget: true,
			state: State.settled,
		});
		expect(index.find("unreadable")).toEqual({
			isAtSource: false,
			isAtTarget: false,
			state: State.trouble,
		});
		expect(index.find("nothing")).toBeUndefined();
	});

	test("of the target: size and MD5, as it was listed last", () => {
		expect(index.target("a")).toBeUndefined();
		addTarget("a", 5, "0a");
		expect(index.target("a")).toEqual({
			size: 5,
			md5: "0a",
			isProven: false,
		});
		addTarget("a", 6);
		expect(index.target("a")).toMatchObject({ size: 6, md5: undefined });
		addSource("b", "blob");
		expect(index.target("b")).toBeUndefined();
	});

	test("in all: objects and bytes of the source, what is the same, what waits, what overlaps", () => {
		addTarget("same", 7);
		addTarget("only", 9);
		addTarget("moved", 71);
		addSource("same", "blob", { size: 7, state: State.settled });
		addSource("new", "blob", { size: 20 });
		addSource("moved", "current", {
			content: "sha256:moved",
			size: 71,
			state: State.compare,
		});
		index.trouble.mark("unreadable", copyRank("layer"), State.trouble);
		index.trouble.addUnknown("range/", 0);
		expect(index.totals()).toEqual({
			source: { objects: 3, bytes: 98 },
			same: { objects: 1, bytes: 7 },
			waiting: { objects: 2, bytes: 91 },
			toCompare: 1,
			tags: 1,
			blobs: 2,
			atTarget: 3,
			atBoth: 2,
		});
	});

	test("counts an object once that was listed twice", () => {
		addSource("a", "other", { size: 5 });
		addSource("a", "other", { size: 5 });
		expect(index.totals().source).toEqual({ objects: 1, bytes: 5 });
	});
});

describe("ObjectIndex › trouble", () => {
	const rank = copyRank("layer");
	const above = copyRank("revision");

	test("is none until something is marked so; what is broken is none", () => {
		index.trouble.mark(layer("app"), rank, State.broken);
		expect(index.trouble.hasAny).toBe(false);
		expect(index.trouble.below("app", above)).toBeUndefined();
		index.trouble.mark(layer("app"), rank, State.trouble);
		expect(index.trouble.hasAny).toBe(true);
	});

	test("of a repository is what ranks lower, not what ranks the same", () => {
		index.trouble.mark(layer("app"), rank, State.trouble);
		expect(index.trouble.below("app", above)).toBe(layer("app"));
		expect(index.trouble.below("app", rank)).toBeUndefined();
	});

	test.each(["app/cache", "app-web", "app.old", "ap", "app_2"])(
		"of a repository is not that of %s",
		(other) => {
			index.trouble.mark(layer(other), rank, State.trouble);
			expect(index.trouble.below("app", above)).toBeUndefined();
		},
	);

	test("of a repository is also that of an object of no known kind in it", () => {
		const key = "docker/registry/v2/repositories/app/_notes/today";
		index.trouble.mark(key, copyRank("other"), State.trouble);
		expect(index.trouble.below("app", rank)).toBe(key);
	});

	test("of an object that the target has counts as much as that of any other", () => {
		addTarget(layer("app"), 71);
		index.trouble.mark(layer("app"), rank, State.trouble);
		expect(index.trouble.below("app", above)).toBe(layer("app"));
	});

	test("is seen as soon as it is marked, also when the same was asked before", () => {
		index.trouble.mark(layer("web"), rank, State.trouble);
		expect(index.trouble.below("app", above)).toBeUndefined();
		index.trouble.mark(layer("app"), rank, State.trouble);
		expect(index.trouble.below("app", above)).toBe(layer("app"));
		expect(index.trouble.below("web", above)).toBe(layer("web"));
	});

	test.each(["", "acme/", "acme/app/"])(
		"of a repository is the unknown range repositories/%s that it lies in",
		(range) => {
			const prefix = `docker/registry/v2/repositories/${range}`;
			index.trouble.addUnknown(prefix, 0);
			expect(index.trouble.below("acme/app", rank)).toBe(prefix);
		},
	);

	test.each(["acme/app/nested/", "acme/ap/", "acme/app-web/"])(
		"of a repository is not the unknown range repositories/%s beside or below it",
		(range) => {
			index.trouble.addUnknown(`docker/registry/v2/repositories/${range}`, 0);
			expect(index.trouble.below("acme/app", above)).toBeUndefined();
		},
	);

	test("above a key is any unknown range that it lies in, and none beside it", () => {
		const blob = blobKey(digestOf("content"));
		expect(index.trouble.unknownAbove(blob)).toBeUndefined();
		index.trouble.addUnknown("docker/registry/v2/blobs/sha256/zz/", 0);
		expect(index.trouble.unknownAbove(blob)).toBeUndefined();
		// A name that could not be looked at: it may be a prefix's.
		index.trouble.addUnknown("docker/registry/v2/blobs", 0);
		expect(index.trouble.unknownAbove(blob)).toBe("docker/registry/v2/blobs/");
	});
});
