import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteBudget } from "../../src/sync/byte-budget.ts";

/** Takes a share and notes its name when it has it. */
function taker(budget: ByteBudget) {
	const got: string[] = [];
	const take = (name: string, bytes: number) => {
		const share = budget.take(bytes);
		if (share === undefined) got.push(name);
		else void share.then(() => got.push(name));
	};
	return { got, take };
}

/** Lets promises that are resolved be seen. */
async function turn(): Promise<void> {
	await new Promise((resolve) => setImmediate(resolve));
}

describe("ByteBudget", () => {
	test("gives at once, without a promise, what there is room for", () => {
		const budget = new ByteBudget(10);
		expect(budget.take(4)).toBeUndefined();
		expect(budget.take(6)).toBeUndefined();
		expect(budget.take(0)).toBeUndefined();
		expect(budget.take(1)).toBeInstanceOf(Promise);
	});

	test("gives in the order of asking: a small share does not overtake a large one", async () => {
		const budget = new ByteBudget(10);
		const { got, take } = taker(budget);
		take("first", 8);
		take("large", 9);
		take("small", 1);
		await turn();
		expect(got).toEqual(["first"]);
		budget.give(8);
		await turn();
		expect(got).toEqual(["first", "large", "small"]);
	});

	test("gives an object larger than all of it the whole, alone", async () => {
		const budget = new ByteBudget(10);
		const { got, take } = taker(budget);
		take("small", 1);
		take("huge", 100);
		take("next", 1);
		await turn();
		expect(got).toEqual(["small"]);
		budget.give(1);
		await turn();
		expect(got).toEqual(["small", "huge"]);
		budget.give(100);
		await turn();
		expect(got).toEqual(["small", "huge", "next"]);
	});

	test("is never overdrawn, and everybody gets a share in the end", async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(fc.nat(15)), async (sizes) => {
				const budget = new ByteBudget(10);
				const held: number[] = [];
				let served = 0;
				const use = async (bytes: number) => {
					await budget.take(bytes);
					held.push(bytes);
					const total = held.reduce((sum, each) => sum + each, 0);
					const others = held.filter((each) => each > 0).length - 1;
					expect(total <= 10 || others === 0).toBe(true);
					await turn();
					held.splice(held.indexOf(bytes), 1);
					budget.give(bytes);
					served++;
				};
				await Promise.all(sizes.map(use));
				expect(served).toBe(sizes.length);
			}),
			{ numRuns: 100 },
		);
	});
});
