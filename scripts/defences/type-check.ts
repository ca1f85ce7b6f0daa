import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../services/run-command.ts";
import { type Defence, without } from "./defence.ts";
import type { WorkingCopy } from "./working-copy.ts";

/** `src/a.without-3.ts(12,4): error TS2304: …`. */
const COMPLAINT = /^\S+\.without-(\d+)\.ts\(.*?\): error (.*)$/;

/**
 * What the compiler says of sources without a defence, by the defences' names: a test that fails for that proves nothing. All
 * are looked at in one go, each beside the file that it is made of.
 */
export async function typeCheck(
	{ folder }: WorkingCopy,
	defences: readonly Defence[],
	signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
	const written: string[] = [];
	for (const [index, { removed }] of defences.entries())
		for (const file of new Set(removed.map((removal) => removal.file))) {
			const text = readFileSync(join(folder, file), "utf8");
			const beside = join(
				folder,
				file.replace(/\.ts$/, `.without-${index}.ts`),
			);
			writeFileSync(beside, without(text, file, removed));
			written.push(beside);
		}
	try {
		const tsc = join(folder, "node_modules/typescript/bin/tsc");
		const { stdout } = await runCommand(
			process.execPath,
			[tsc, "--noEmit", "--pretty", "false"],
			{ directory: folder, signal },
		);
		const complaints = new Map<string, string>();
		for (const line of stdout.split("\n")) {
			const [, index, complaint] = COMPLAINT.exec(line) ?? [];
			const name = defences[Number(index)]?.name;
			if (name !== undefined && complaint !== undefined)
				complaints.set(name, complaint);
		}
		return complaints;
	} finally {
		for (const path of written) rmSync(path);
	}
}
