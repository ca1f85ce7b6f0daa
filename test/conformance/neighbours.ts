import { describe, expect, test } from "vitest";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { bytes, keysOf, read, stored } from "./objects.ts";

/** A name that is also a prefix of others: on a file system, in MinIO, only one of the two can be there. */
export function describeNeighbours(current: () => ObjectStore): void {
	describe("a key beside longer ones", () => {
		test.each([
			["foo", "foo/x"],
			["foo/x", "foo"],
			["foo", "foo/x/y/z"],
			["foo/x/y/z", "foo"],
			["foo/x", "foo/x/y"],
		])(
			"%j, then %j: is stored or refused, and neither is lost",
			async (first, second) => {
				await current().put(first, bytes(first));
				const isStored = await stored(current(), second);
				expect(await read(current(), first)).toEqual(bytes(first));
				if (isStored)
					expect(await read(current(), second)).toEqual(bytes(second));
				else expect(await current().head(second)).toBeUndefined();
				const present = isStored ? [first, second].sort() : [first];
				// MinIO lists only the shorter one of two that it holds.
				expect((await keysOf(current(), { prefix: "" }))[0]).toBe(present[0]);
				for (const key of present) await current().delete([key]);
				expect(await keysOf(current(), { prefix: "" })).toEqual([]);
			},
		);

		test("a prefix counts as absent: deleting it succeeds and deletes nothing", async () => {
			await current().put("foo/x", bytes("x"));
			expect(await current().delete(["foo"])).toEqual(new Map());
			expect(await keysOf(current(), { prefix: "" })).toEqual(["foo/x"]);
		});

		test("an object counts as no prefix: what would be below it is absent", async () => {
			await current().put("foo", bytes("foo"));
			expect(await current().head("foo/x")).toBeUndefined();
			expect(await current().delete(["foo/x"])).toEqual(new Map());
			expect(await keysOf(current(), { prefix: "foo/" })).toEqual([]);
			expect(await read(current(), "foo")).toEqual(bytes("foo"));
		});
	});
}
