import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import {
	markOf,
	onMarkedNodes,
} from "../../../src/cli/cutover/marked-nodes.ts";
import { passingJournal } from "../../../src/cutover/course/journal.ts";
import type { BegunRecord } from "../../../src/cutover/course/journal-record.ts";
import { localHost } from "../../../src/registry/host/local-host.ts";

const at = "2026-01-01T00:00:00.000Z";
const begun: BegunRecord = {
	...{ type: "begun", id: "1", operator: "me@here", at },
	...{ source: "s", target: "t" },
};

/** `takenOver`: a cutover whose mark is there, and that is brought back. */
function marked(takenOver?: BegunRecord) {
	const folder = mkdtempSync(join(tmpdir(), "regmigrate-marked-"));
	const configuration = join(folder, "config.yml");
	writeFileSync(configuration, "");
	const journal = passingJournal();
	journal.append(begun);
	const notes: string[] = [];
	const replaced = takenOver && markOf(takenOver, "other");
	const mark = join(folder, ".regmigrate", "config.yml.cutover");
	if (replaced !== undefined) {
		mkdirSync(dirname(mark));
		writeFileSync(mark, `${JSON.stringify(replaced)}\n`);
	}
	return {
		configuration,
		journal,
		notes,
		mark,
		/** The id that it is marked with. */
		markedBy: () => /"id":"(\w+)"/.exec(readFileSync(mark, "utf8"))?.[1],
		act: (act: () => Promise<string>) =>
			onMarkedNodes(
				[{ name: "a", host: localHost, at: configuration }],
				{
					...{ begun, journal, path: "j", replaced },
					note: (text) => notes.push(text),
				},
				act,
			),
		[Symbol.dispose]: () => rmSync(folder, { recursive: true }),
	};
}

test("a node is marked until its cutover has ended, however a process ends", async () => {
	using node = marked();
	const failing = node.act(async () => {
		expect(existsSync(node.mark)).toBe(true);
		throw new Error("no space");
	});
	await expect(failing).rejects.toThrow("no space");
	expect(existsSync(node.mark)).toBe(true);
	await node.act(async () => {
		node.journal.append({ type: "ended", outcome: "undone", at });
		return "";
	});
	expect(existsSync(node.mark)).toBe(false);
	expect(node.notes).toEqual([]);
});

describe("a cutover that is brought back before it has ended", () => {
	test.each([
		["undone", "other"],
		["done", undefined],
	] as const)(
		"has its node marked until that is: %s, then by %s",
		async (outcome, after) => {
			using node = marked({ ...begun, id: "other" });
			// Who looks while one mark takes the place of another sees one of them.
			const seen = new Set<boolean>();
			const looking = setInterval(() => seen.add(existsSync(node.mark)), 0);
			await node.act(async () => {
				expect(node.markedBy()).toBe("1");
				node.journal.append({ type: "ended", outcome, at });
				return "";
			});
			clearInterval(looking);
			if (outcome === "undone") expect([...seen]).toEqual([true]);
			expect(existsSync(node.mark) ? node.markedBy() : undefined).toBe(after);
			expect(node.notes).toEqual([]);
		},
	);
});

test.each(["done", "failed"])(
	"a mark that cannot be removed is told, and hides nothing of what came of it: %s",
	async (outcome) => {
		using node = marked();
		const acted = node.act(async () => {
			node.journal.append({ type: "ended", outcome: "done", at });
			renameSync(node.configuration, `${node.configuration}.away`);
			if (outcome === "failed") throw new Error("failed");
			return "done";
		});
		expect(
			await acted.catch((error: unknown) =>
				error instanceof Error ? error.message : error,
			),
		).toBe(outcome);
		expect(node.notes).toEqual([expect.stringContaining("a stays marked")]);
	},
);
