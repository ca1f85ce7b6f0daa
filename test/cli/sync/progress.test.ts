import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
	Progress,
	type ProgressOutput,
	type Standing,
} from "../../../src/cli/sync/progress.ts";

/** Something to write to that remembers it. */
class Screen extends Writable implements ProgressOutput {
	readonly isTTY: boolean;
	readonly columns = 80;
	text = "";

	constructor(isTTY: boolean) {
		super({ decodeStrings: false });
		this.isTTY = isTTY;
	}

	override _write(chunk: unknown, _encoding: string, done: () => void): void {
		this.text += String(chunk);
		done();
	}
}

const READING: Standing = {
	label: "Reading the source",
	objects: 0,
	totalObjects: undefined,
	bytes: 0,
	totalBytes: 0,
};

function copying(objects: number, bytes: number): Standing {
	return {
		label: "Copying",
		objects,
		totalObjects: 4000,
		bytes,
		totalBytes: 1024 * 4000,
	};
}

/** The last line as a terminal shows it: what was written since the cursor was last at its beginning. */
function lastShown(screen: Screen): string {
	const control = new RegExp(
		`${String.fromCharCode(27)}[78]|${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`,
		"g",
	);
	const written =
		screen.text.split(`${String.fromCharCode(27)}[1G`).at(-1) ?? "";
	return written.replaceAll(control, "");
}

let standing: Standing;

function started(screen: Screen): Progress {
	const progress = new Progress(() => standing, screen);
	progress.start();
	return progress;
}

beforeEach(() => {
	vi.useFakeTimers();
	standing = READING;
});
afterEach(() => {
	vi.useRealTimers();
});

describe("progress in a log", () => {
	test("is a line every ten seconds, with rate and time left once there is a plan", () => {
		const log = new Screen(false);
		using progress = started(log);
		vi.advanceTimersByTime(9_999);
		expect(log.text).toBe("");
		standing = { ...READING, objects: 5000 };
		vi.advanceTimersByTime(1);
		standing = copying(0, 0);
		vi.advanceTimersByTime(10_000);
		standing = copying(1000, 1024 * 1000);
		vi.advanceTimersByTime(10_000);
		progress.above(() => log.write("a line of the command\n"));
		progress[Symbol.dispose]();
		vi.advanceTimersByTime(60_000);
		expect(log.text.split("\n")).toEqual([
			"Reading the source: 5,000 objects, 500/s",
			"Copying: 0 of 4,000 objects, 0 B of 3.91 MiB, 0/s, ? left",
			"Copying: 1,000 of 4,000 objects, 1000 KiB of 3.91 MiB, 100/s, 30s left",
			"a line of the command",
			"",
		]);
	});

	test("never holds a carriage return or an escape code", () => {
		const log = new Screen(false);
		using progress = started(log);
		for (let round = 0; round < 20; round++) {
			standing = round < 5 ? READING : copying(round * 200, round * 9999);
			vi.advanceTimersByTime(3_000);
			progress.above(() => log.write("line\n"));
		}
		progress[Symbol.dispose]();
		expect(log.text.length).toBeGreaterThan(100);
		expect(log.text).toMatch(/^[ -~\n]*$/);
	});
});

describe("progress on a terminal", () => {
	test("counts while it is not known how much there is, and shows a bar afterwards", () => {
		const screen = new Screen(true);
		using _progress = started(screen);
		standing = { ...READING, objects: 1 };
		vi.advanceTimersByTime(1000);
		expect(lastShown(screen)).toBe("Reading the source: 1 object, 1/s");
		standing = copying(0, 0);
		vi.advanceTimersByTime(100);
		standing = copying(1000, 1024 * 1000);
		vi.advanceTimersByTime(10_000);
		expect(lastShown(screen)).toBe(
			"Copying ███░░░░░░░░░ 25% | 1,000 of 4,000 objects | 100/s | 30s left",
		);
	});

	test("tells the time that is left from the bytes where they take longer than the objects", () => {
		const screen = new Screen(true);
		using _progress = started(screen);
		standing = copying(0, 0);
		vi.advanceTimersByTime(100);
		standing = copying(2000, 1024 * 400);
		vi.advanceTimersByTime(10_000);
		expect(lastShown(screen)).toContain("| 1m 30s left");
	});

	test("fits into 80 columns for millions of objects and hours to go", () => {
		const screen = new Screen(true);
		let now = 0;
		using progress = new Progress(
			() => standing,
			screen,
			() => now,
		);
		progress.start();
		standing = { ...copying(0, 0), totalObjects: 40_520_000, totalBytes: 0 };
		vi.advanceTimersByTime(100);
		standing = { ...standing, objects: 34_480_000 };
		now = 34_480_000;
		vi.advanceTimersByTime(100);
		expect(lastShown(screen)).toMatch(/ objects \| 1,000\/s \| 1h 40m/);
		expect(lastShown(screen).length).toBeLessThanOrEqual(80);
	});

	test("is taken away for every other line, and drawn again below it", () => {
		const screen = new Screen(true);
		using progress = started(screen);
		standing = copying(1, 1);
		vi.advanceTimersByTime(200);
		expect(lastShown(screen)).toContain("Copying");
		screen.text = "";
		progress.above(() => screen.write("copy: a to b\n"));
		expect(lastShown(screen)).toBe("copy: a to b\n");
		vi.advanceTimersByTime(100);
		expect(lastShown(screen)).toContain("Copying");
	});

	test("leaves nothing behind, and the terminal's wrapping as it was", () => {
		const screen = new Screen(true);
		const progress = started(screen);
		standing = copying(1, 1);
		vi.advanceTimersByTime(500);
		progress[Symbol.dispose]();
		expect(lastShown(screen)).toBe("");
		expect(screen.text).not.toContain("[?7l");
		const { length } = screen.text;
		vi.advanceTimersByTime(5_000);
		expect(screen.text).toHaveLength(length);
		expect(vi.getTimerCount()).toBe(0);
	});

	test("costs nothing when it was never started", () => {
		const screen = new Screen(true);
		using progress = new Progress(() => standing, screen);
		vi.advanceTimersByTime(60_000);
		progress.above(() => screen.write("line\n"));
		expect(screen.text).toBe("line\n");
	});
});
