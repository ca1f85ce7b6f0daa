import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { startProgram } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { Told } from "./told.ts";

/** Of coreutils: Node makes no pipe with a name. */
const [MAKE_PIPE] = ["mkfifo"];

/**
 * Gives what follows a terminal of its own, by util-linux's `script`; what is written to $KEYS is typed there. A shell
 * beside it, which signals of the terminal do not end, writes its exit code into $CODE. The one around both does end when the
terminal is lost, as one that somebody has logged in to: by that the program is told.
 */
const SCRIPT = `
inner='trap : INT HUP; "$@"; echo $? > "$CODE"'
exec script --quiet --flush --command "$(printf '%q ' bash -c "$inner" bash "$@"); :" /dev/null < "$KEYS"
`;

/** The program at a terminal, and what it has said there until now. */
export class AtTerminal extends Told {
	readonly #keys: number;
	readonly #codeFile: string;

	private constructor(
		program: Told["program"],
		keys: number,
		codeFile: string,
	) {
		super(program);
		this.#keys = keys;
		this.#codeFile = codeFile;
	}

	/** Starts it. */
	static async start(argv: readonly string[]): Promise<AtTerminal> {
		const folder = await temporaryFolder();
		const keys = join(folder, "keys");
		spawnSync(MAKE_PIPE, [keys]);
		const file = openSync(keys, "r+");
		onTestFinished(() => closeSync(file));
		const code = join(folder, "code");
		const program = await startProgram(argv, {
			wrapper: ["bash", "-c", SCRIPT, "bash"],
			environment: { SHELL: "/bin/bash", KEYS: keys, CODE: code },
		});
		return new AtTerminal(program, file, code);
	}

	/** Types Ctrl-C. */
	pressInterrupt(): void {
		writeSync(this.#keys, "\x03");
	}

	/** The terminal goes, as when a connection breaks. */
	hangUp(): void {
		this.program.child.kill("SIGKILL");
	}

	/** Waits for its end, whether the terminal is there still or not. */
	async exitCode(): Promise<number> {
		for (;;) {
			const text = contentOf(this.#codeFile);
			if (text.endsWith("\n")) return Number(text);
			await sleep(20);
		}
	}
}

function contentOf(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch {
		// It has not ended.
		return "";
	}
}
