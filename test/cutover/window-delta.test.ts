import { join } from "node:path";
import { expect, test } from "vitest";
import { WindowDelta } from "../../src/cutover/window-delta.ts";
import { temporaryFolder } from "../registry/support/temporary-folder.ts";

/** Processes that go on with the same course, one after the other. */
function processes() {
	const world = { doubtPath: join(temporaryFolder(), "doubt"), id: "one" };
	return (isTold?: boolean) => new WindowDelta(world, isTold);
}

test("what was in doubt, and what the last pass changes, is known to who makes it, whoever has caught up", () => {
	const begun = processes();
	begun().note(["in doubt"]);
	const delta = begun();
	expect(delta.known).toBeUndefined();
	delta.begin().observe({
		...{ type: "copied", key: "copied", kind: "blob", size: 1 },
	});
	expect([...(delta.known?.keys ?? [])]).toEqual(["in doubt", "copied"]);
	expect(delta.begin()).toBe(delta.known);
});

test("what a process that was killed in the last pass has changed is not", () => {
	const begun = processes();
	begun().note([]);
	begun().begin();
	const next = begun();
	next.begin();
	expect(next.known).toBeUndefined();
});

test("who was told that only the last pass is proven is content with that", () => {
	const delta = processes()(true);
	expect(delta.known).toBeUndefined();
	delta.begin();
	expect(delta.known).toBeDefined();
});
