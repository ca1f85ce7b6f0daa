import {
	appendFileSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { EventFile, readEvents } from "../../../src/cutover/told/event-file.ts";
import { temporaryFolder } from "../../registry/support/temporary-folder.ts";

const NOW = Date.parse("2026-01-31T00:00:00.000Z");
const STAMP = { at: "2026-01-31T00:00:00.000Z", id: "one" };

let path: string;
let notes: string[];
beforeEach(() => {
	path = join(temporaryFolder(), "state/registry.events");
	notes = [];
});

function opened(id = "one", isFirst = true): EventFile {
	return new EventFile(path, {
		...{ id, isFirst },
		note: (text) => notes.push(text),
		now: () => NOW,
	});
}

describe("EventFile", () => {
	test("keeps each event with its time and its course, for its owner alone", () => {
		using file = opened();
		file.append({ type: "began", step: "switch", about: "configure it" });
		file.append({ type: "note", text: "a line\nand another" });
		expect(statSync(path).mode & 0o777).toBe(0o600);
		expect(readFileSync(path, "utf8").split("\n")).toHaveLength(3);
		expect(readEvents(path)).toEqual([
			{ ...STAMP, type: "began", step: "switch", about: "configure it" },
			{ ...STAMP, type: "note", text: "a line\nand another" },
		]);
	});

	test("keeps what has no form of its own as people are told it", () => {
		using file = opened();
		file.append({ type: "moon-rose" }, "The moon has risen");
		file.append({ type: "moon-set" });
		expect(readEvents(path)).toEqual([
			{ ...STAMP, type: "told", text: "The moon has risen" },
		]);
	});

	test("keeps of an event only what it is known to have: nothing slips in", () => {
		using file = opened();
		const event = { type: "opened", node: "a", secret: "hunter2" } as const;
		file.append(event);
		expect(readFileSync(path, "utf8")).not.toContain("hunter2");
	});

	test("goes on after a torn line, which is passed over as what is not known is", () => {
		{
			using file = opened();
			file.append({ type: "opened", node: "a" });
		}
		appendFileSync(path, '{"type":"paused","at":"","id":"one"}\n{"type":"op');
		using file = opened();
		file.append({ type: "opened", node: "b" });
		expect(readEvents(path)).toEqual([
			{ ...STAMP, type: "opened", node: "a" },
			{ ...STAMP, type: "opened", node: "b" },
		]);
	});

	test("puts what is kept of another course aside, where it is the first of its own", () => {
		{
			using file = opened();
			file.append({ type: "opened", node: "a" });
		}
		{
			using file = opened("back", false);
			file.append({ type: "opened", node: "b" });
		}
		expect(readEvents(path)).toHaveLength(2);
		using file = opened("two");
		file.append({ type: "opened", node: "c" });
		expect(readEvents(path)).toEqual([
			{ ...STAMP, id: "two", type: "opened", node: "c" },
		]);
		expect(readdirSync(dirname(path))).toEqual([
			"registry.events",
			"registry.events.2026-01-31T00-00-00.000Z",
		]);
	});

	test("does not grow without end, but keeps how it ended", () => {
		mkdirSync(dirname(path));
		writeFileSync(path, `${"x".repeat(5 * 1024 ** 2)}\n`);
		using file = opened();
		file.append({ type: "opened", node: "a" });
		file.append({ type: "stopped" });
		expect(readEvents(path)).toEqual([{ ...STAMP, type: "stopped" }]);
	});

	test("says once that nothing can be kept, and that is all", () => {
		mkdirSync(dirname(path));
		mkdirSync(path);
		using file = opened();
		file.append({ type: "opened", node: "a" });
		file.append({ type: "opened", node: "b" });
		expect(notes).toEqual([expect.stringContaining("cannot be kept in")]);
		expect(readEvents(path)).toEqual([]);
	});
});
