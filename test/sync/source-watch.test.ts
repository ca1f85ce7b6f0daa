import { describe, expect, test } from "vitest";
import {
	type IoPressure,
	parseIoPressure,
} from "../../src/sync/io-pressure.ts";
import {
	isSlow,
	type SourceState,
	SourceWatch,
} from "../../src/sync/source-watch.ts";

const CALM: SourceState = {
	pressure: 0,
	othersPressure: undefined,
	readMs: 1,
	bestReadMs: 1,
};

test.each([
	["nothing is known", { pressure: undefined, readMs: undefined }, false],
	["all is calm", {}, false],
	[
		"disks are waited for, by us alone",
		{ pressure: 90, othersPressure: 5 },
		false,
	],
	["disks are waited for, and nobody has looked", { pressure: 90 }, false],
	[
		"disks are waited for, by others too",
		{ pressure: 40, othersPressure: 20 },
		true,
	],
	[
		"disks were waited for a little",
		{ pressure: 39, othersPressure: 90 },
		false,
	],
	["reads are much slower than at best", { readMs: 102 }, true],
	["reads are slower by less", { readMs: 101 }, false],
	["reads are slow, and always were", { readMs: 350, bestReadMs: 100 }, false],
] as const)("a source where %s › is slow: %o %s", (_, state, expected) => {
	expect(isSlow({ ...CALM, ...state })).toBe(expected);
});

test("what the kernel says of pressure is read as it is written", () => {
	const some = "some avg10=12.34 avg60=1.00 avg300=0.50 total=1625134593";
	const full = "full avg10=90.00 avg60=0.00 avg300=0.00 total=1";
	expect(parseIoPressure(`${some}\n${full}\n`)).toEqual({
		recent: 12.34,
		totalMs: 1_625_134.593,
	});
	expect(parseIoPressure(full)).toBeUndefined();
});

/** A watch in made-up time, of a machine whose disks are waited for, and by others for this share of a look. */
function watching(share: number) {
	let now = 0;
	let totalMs = 0;
	let asked = 0;
	const watch = new SourceWatch({
		now: () => now,
		pressure: (): IoPressure => {
			asked++;
			return { recent: 80, totalMs };
		},
		wait: async (ms) => {
			now += ms;
			totalMs += ms * share;
		},
	});
	return {
		watch,
		pass: (ms: number) => {
			now += ms;
			totalMs += ms;
		},
		asked: () => asked,
	};
}

describe("a watch", () => {
	test("stops reads to look, once a second, and tells what others wait from what we do", async () => {
		for (const [share, expected] of [
			[1, true],
			[0, false],
		] as const) {
			const { watch, pass, asked } = watching(share);
			const turn = watch.turn();
			expect(turn).toBeInstanceOf(Promise);
			expect(watch.turn()).toBe(turn);
			await turn;
			expect(watch.isSlow).toBe(expected);
			expect(watch.turn()).toBeUndefined();
			pass(999);
			expect(asked()).toBe(2);
			expect(watch.turn()).toBeInstanceOf(Promise);
		}
	});

	test("knows slow reads by the best that there were", () => {
		const { watch } = watching(0);
		for (let read = 0; read < 20; read++) watch.took(5);
		expect(watch.isSlow).toBe(false);
		for (let read = 0; read < 20; read++) watch.took(300);
		expect(watch.isSlow).toBe(true);
		for (let read = 0; read < 40; read++) watch.took(5);
		expect(watch.isSlow).toBe(false);
	});
});
