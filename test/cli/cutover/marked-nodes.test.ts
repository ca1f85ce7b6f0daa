import {
	existsSync,
	mkdtempSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { onMarkedNodes } from "../../../src/cli/cutover/marked-nodes.ts";
import { passingJournal } from "../../../src/cutover/course/journal.ts";
import type { BegunRecord } from "../../../src/cutover/course/journal-record.ts";
import { localHost } from "../../../src/registry/host/local-host.ts";

const at = "2026-01-01T00:00:00.000Z";
const begun: BegunRecord = {
	...{ type: "begun", id: "1", operator: "me@here", at },
	...{ source: "s", target: "t" },
};

function marked() {
	const folder = mkdtempSync(join(tmpdir(), "regmigrate-marked-"));
	const configuration = join(folder, "config.yml");
	writeFileSync(configuration, "");
	const journal = passingJournal();
	journal.append(begun);
	const notes: string[] = [];
	return {
		configuration,
		journal,
		notes,
		mark: join(folder, ".regmigrate", "config.yml.cutover"),
		act: (act: () => Promise<string>) =>
			onMarkedNodes(
				[{ name: "a", host: localHost, configuration }],
				{ begun, journal, path: "j", note: (text) => notes.push(text) },
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
