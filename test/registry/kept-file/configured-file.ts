import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Host } from "../../../src/registry/host/host.ts";
import { openHost } from "../../../src/registry/host/open-host.ts";
import { acceptFile } from "../../../src/registry/kept-file/accept-file.ts";
import {
	type PlannedRestore,
	planRestore,
} from "../../../src/registry/kept-file/plan-restore.ts";
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

	/** What is put aside under a name that was accepted; `undefined`: nothing. */
	putAside(name: string, given = "it"): string | undefined {
		return this.kept(`../config.yml.before-${given}/${name}`);
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

	async accept(name = "it"): Promise<void> {
		const effective = ["restart 'it'"];
		await acceptFile(this.host, this.path, name, { effective });
	}

	planRestore(name = "it"): Promise<PlannedRestore> {
		return planRestore(this.host, this.path, name, undoLines);
	}

	/** Goes back to what was before all that was accepted, with this line more; without one, all the way. */
	async goBack(line?: string): Promise<PlannedRestore> {
		const plan = await this.planRestore();
		const text = line === undefined ? plan.text : `${plan.text}${line}\n`;
		await replaceHostFile(this.host, plan.file, text, { effective: [] });
		if (line === undefined) await forgetOriginal(this.host, plan.file);
		return plan;
	}

	/** Runs the `restore.sh` that is kept; answers what it says, or throws. */
	restore(...words: readonly string[]): string {
		return this.restoreIn("config.yml", ...words);
	}

	/** Runs the `restore.sh` of another folder. */
	restoreIn(folder: string, ...words: readonly string[]): string {
		const script = join(this.folder, ".regmigrate", folder, "restore.sh");
		return execFileSync("sh", [script, ...words], {
			encoding: "utf8",
			stdio: "pipe",
		});
	}
}

/**
 * Takes away the lines that we added, as those are known that are not `theirs`; one that was changed since, to a line with
 * more in it, is left.
 */
function undoLines({ current, written, original }: UndoTexts) {
	const ours = written
		.split("\n")
		.filter((line) => line !== "theirs")
		.filter((line) => !original.split("\n").includes(line));
	const lines = current.split("\n");
	return {
		text: lines.filter((line) => !ours.includes(line)).join("\n"),
		left: ours.filter(
			(line) =>
				!lines.includes(line) && lines.some((other) => other.includes(line)),
		),
	};
}
