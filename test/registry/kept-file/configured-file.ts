import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Host } from "../../../src/registry/host/host.ts";
import { openHost } from "../../../src/registry/host/open-host.ts";
import { readHostFile } from "../../../src/registry/kept-file/read-host-file.ts";
import { replaceHostFile } from "../../../src/registry/kept-file/replace-host-file.ts";
import {
	forgetOriginal,
	type PlannedUndo,
	planUndo,
	type UndoTexts,
} from "../../../src/registry/kept-file/undo.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

export const ORIGINAL = "# kept\nname: it's\n";

/** A configuration file of lines, in a folder that goes with the test. */
export class ConfiguredFile {
	readonly folder = temporaryFolder();
	readonly path = join(this.folder, "config.yml");
	readonly host: Host;

	constructor(host = openHost({})) {
		this.host = host;
		writeFileSync(this.path, ORIGINAL, { mode: 0o640 });
	}

	get text(): string {
		return readFileSync(this.path, "utf8");
	}

	/** What is kept under a name; `undefined`: nothing. */
	kept(name: string): string | undefined {
		const path = join(this.folder, ".regmigrate/config.yml", name);
		return existsSync(path) ? readFileSync(path, "utf8") : undefined;
	}

	/** Adds a line, as we do. */
	async add(line: string): Promise<void> {
		const file = await readHostFile(this.host, this.path);
		await replaceHostFile(this.host, file, `${file.text}${line}\n`, {
			effective: ["restart 'it'"],
		});
	}

	planUndo(): Promise<PlannedUndo> {
		return planUndo(this.host, this.path, undoLines);
	}

	/** Undoes all that we did. */
	async undo(): Promise<PlannedUndo> {
		const plan = await this.planUndo();
		await replaceHostFile(this.host, plan.file, plan.text, { effective: [] });
		if (plan.left.length === 0) await forgetOriginal(this.host, plan.file);
		return plan;
	}

	/** Runs the `restore.sh` that is kept; answers what it says, or throws. */
	restore(...words: readonly string[]): string {
		const script = join(this.folder, ".regmigrate/config.yml/restore.sh");
		return execFileSync("sh", [script, ...words], {
			encoding: "utf8",
			stdio: "pipe",
		});
	}
}

/** Takes away the lines that we added; one that was changed since is left. */
function undoLines({ current, written, original }: UndoTexts) {
	const ours = written
		.split("\n")
		.filter((line) => !original.split("\n").includes(line));
	const lines = current.split("\n");
	return {
		text: lines.filter((line) => !ours.includes(line)).join("\n"),
		left: ours.filter((line) => !lines.includes(line)),
	};
}
