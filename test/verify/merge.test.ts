import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareKeys } from "../../src/store/key.ts";
import { merge, OutOfOrderError } from "../../src/verify/merge.ts";

/** Short keys of few characters, so that both sides often have the same; beyond the first plane too. */
const keys = fc
	.uniqueArray(
		fc.string({
			unit: fc.constantFrom("a", "b", "-", "/", "\uFFFD", "😀"),
			maxLength: 4,
		}),
	)
	.map((names) => names.sort(compareKeys));

const cuts = fc.array(fc.nat({ max: 3 }), { maxLength: 30 });

function objects(names: readonly string[]) {
	return names.map((key) => ({ key }));
}

/** Pages of the lengths given, empty ones among them; what is left is the last page. */
async function* paged(names: readonly string[], lengths: readonly number[]) {
	let start = 0;
	for (const length of lengths) {
		yield objects(names.slice(start, start + length));
		start += length;
	}
	yield objects(names.slice(start));
}

async function merged(
	left: AsyncIterable<{ key: string }[]>,
	right: AsyncIterable<{ key: string }[]>,
) {
	return (await Array.fromAsync(merge(left, right))).flat();
}

describe("merge", () => {
	it("agrees with a comparison of sets, however the inputs are cut into pages", async () => {
		await fc.assert(
			fc.asyncProperty(keys, keys, cuts, cuts, async (a, b, cutA, cutB) => {
				const pairs = await merged(paged(a, cutA), paged(b, cutB));
				const [inA, inB] = [new Set(a), new Set(b)];
				expect(
					pairs.map(({ key, left, right }) => [key, left?.key, right?.key]),
				).toEqual(
					[...inA.union(inB)]
						.sort(compareKeys)
						.map((key) => [
							key,
							inA.has(key) ? key : undefined,
							inB.has(key) ? key : undefined,
						]),
				);
			}),
		);
	});

	it.each([
		["on a page", [["b", "a"]]],
		["across pages", [["b"], [], ["a"]]],
		["twice the same", [["a", "a"]]],
	])("rejects an input out of order: %s", async (_title, pages) => {
		async function* bad() {
			for (const page of pages) yield objects(page);
		}
		await expect(merged(bad(), paged(["a"], []))).rejects.toMatchObject({
			constructor: OutOfOrderError,
			input: "left",
		});
		await expect(merged(paged(["a"], []), bad())).rejects.toMatchObject({
			constructor: OutOfOrderError,
			input: "right",
		});
	});

	it("rejects with the error of an input, and closes the other", async () => {
		const failure = new Error("the listing failed");
		let isClosed = false;
		async function* failing() {
			yield objects(["a"]);
			throw failure;
		}
		async function* endless() {
			try {
				for (let index = 0; ; index++)
					yield objects([`b${String(index).padStart(9, "0")}`]);
			} finally {
				isClosed = true;
			}
		}
		await expect(merged(failing(), endless())).rejects.toBe(failure);
		expect(isClosed).toBe(true);
	});
});
