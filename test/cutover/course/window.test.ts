import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { PushWindow } from "../../../src/cutover/course/window.ts";
import { CutoverError } from "../../../src/cutover/cutover-error.ts";

beforeEach(() => {
	vi.useFakeTimers({ now: 0 });
	onTestFinished(() => void vi.useRealTimers());
});

/** Opens a window at once; `over` tells whether it was given up. */
function opened(maxMs: number | undefined) {
	const window = new PushWindow(maxMs, Date.now);
	window.open(Date.now());
	return { window, over: () => window.signal.aborted };
}

describe("PushWindow", () => {
	test("keeps half of the time for the way back, as long as nothing was measured", () => {
		const { over } = opened(10_000);
		vi.advanceTimersByTime(4999);
		expect(over()).toBe(false);
		vi.advanceTimersByTime(1);
		expect(over()).toBe(true);
	});

	test("keeps what the way into it took, and a quarter more, once that is known", () => {
		const { window, over } = opened(10_000);
		vi.advanceTimersByTime(2000);
		window.isOpen(2000);
		vi.advanceTimersByTime(5499);
		expect(over()).toBe(false);
		vi.advanceTimersByTime(1);
		expect(over()).toBe(true);
	});

	test("is over at once when the way into it took so long that the way back no longer fits", () => {
		const { window, over } = opened(10_000);
		vi.advanceTimersByTime(4900);
		window.isOpen(9000);
		vi.advanceTimersByTime(0);
		expect(over()).toBe(true);
	});

	test("counts from when pushes began to be refused, by whatever process", () => {
		vi.advanceTimersByTime(60_000);
		const window = new PushWindow(100_000, Date.now);
		window.open(20_000);
		vi.advanceTimersByTime(9999);
		expect(window.signal.aborted).toBe(false);
		vi.advanceTimersByTime(1);
		expect(window.signal.aborted).toBe(true);
	});

	test("says what was allowed, and what to do", () => {
		const { window } = opened(3000);
		vi.advanceTimersByTime(3000);
		const { reason } = window.signal;
		expect(reason).toBeInstanceOf(CutoverError);
		expect(reason).toMatchObject({
			code: "unproven",
			message: expect.stringContaining("longer than the 3 s"),
			suggestions: [expect.stringContaining("--max-window")],
		});
	});

	test.each(["close", "dispose"] as const)("%s ends the count", (how) => {
		const { window, over } = opened(10_000);
		if (how === "close") window.close();
		else window[Symbol.dispose]();
		vi.advanceTimersByTime(60_000);
		expect(over()).toBe(false);
		expect(vi.getTimerCount()).toBe(0);
	});

	test("has no end without a bound", () => {
		const { window, over } = opened(undefined);
		window.isOpen(1000);
		expect(vi.getTimerCount()).toBe(0);
		expect(over()).toBe(false);
	});

	test("is not over at once when more is allowed for than a timer can count", () => {
		const { over } = opened(100 * 24 * 3_600_000);
		vi.advanceTimersByTime(60_000);
		expect(over()).toBe(false);
	});
});
