import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import * as v from "valibot";
import { atEnd } from "../services/at-end.ts";
import { boundToParent } from "../services/parent-death.ts";
import type { Defence } from "./defence.ts";
import type { WorkingCopy } from "./working-copy.ts";

/** How a test has ended, or that it was not run. */
export interface TestEnd {
	/** From the root of the repository. */
	readonly file: string;
	/** With the names of what it lies in. */
	readonly name: string;
	readonly status: "passed" | "failed" | "skipped";
	/** Why it failed; none where it did not. */
	readonly messages: readonly string[];
}

/** What a run of tests came to. */
export interface TestRun {
	readonly tests: readonly TestEnd[];
	/** Why files could not be run at all. */
	readonly broken: readonly string[];
	/** Whether it had not ended when its time was over, and was ended. */
	readonly isLate: boolean;
}

/** What vitest writes of a run, as far as it is used here. */
const REPORT = v.object({
	testResults: v.array(
		v.object({
			name: v.string(),
			message: v.string(),
			assertionResults: v.array(
				v.object({
					fullName: v.string(),
					status: v.string(),
					failureMessages: v.array(v.string()),
				}),
			),
		}),
	),
});

/** How long a run may go on ending when it is told to (ms). */
const GRACE_MS = 10_000;

/** Runs the tests of these defences in a working copy as it is, for no longer than so long (ms). Rejects when it is cancelled. */
export async function runTests(
	{ folder }: WorkingCopy,
	defences: readonly Defence[],
	{
		withinMs,
		signal,
	}: { readonly withinMs: number; readonly signal: AbortSignal },
): Promise<TestRun> {
	const files = new Set(defences.map(({ test }) => test.file));
	const names = defences.map(({ test }) => RegExp.escape(test.name));
	const report = join(folder, "defences.json");
	rmSync(report, { force: true });
	const isLate = await runVitest(
		folder,
		[
			...["run", ...files, "--testNamePattern", `(?:${names.join("|")})$`],
			...["--reporter", "json", "--outputFile", report],
		],
		AbortSignal.any([signal, AbortSignal.timeout(withinMs)]),
	);
	signal.throwIfAborted();
	if (isLate) return { tests: [], broken: [], isLate };
	return { ...readReport(report, folder), isLate };
}

/** Resolves with whether it was told to end. */
async function runVitest(
	folder: string,
	words: readonly string[],
	signal: AbortSignal,
): Promise<boolean> {
	const vitest = join(folder, "node_modules/vitest/vitest.mjs");
	// A group of its own, so that all of it ends, and the terminal's Ctrl-C comes by us.
	const [file, fileWords] = await boundToParent("TERM", process.execPath, [
		...[vitest, ...words],
	]);
	const child = spawn(file, fileWords, {
		...{ cwd: folder, stdio: "ignore", detached: true },
		env: { ...process.env, NO_COLOR: "1", CI: "1" },
	});
	const ended = once(child, "exit");
	const end = (how: "SIGTERM" | "SIGKILL") => {
		try {
			if (child.pid !== undefined) process.kill(-child.pid, how);
		} catch {
			// It has ended.
		}
	};
	const callOff = atEnd(() => end("SIGKILL"));
	let timer: NodeJS.Timeout | undefined;
	const stop = () => {
		end("SIGTERM");
		timer = setTimeout(() => end("SIGKILL"), GRACE_MS);
	};
	signal.addEventListener("abort", stop, { once: true });
	if (signal.aborted) stop();
	try {
		await ended;
	} finally {
		signal.removeEventListener("abort", stop);
		clearTimeout(timer);
		callOff();
	}
	return signal.aborted;
}

function readReport(
	path: string,
	folder: string,
): Pick<TestRun, "tests" | "broken"> {
	let text: string;
	try {
		text = readFileSync(path, "utf8");
	} catch {
		return { tests: [], broken: ["it has reported nothing"] };
	}
	const { testResults } = v.parse(REPORT, JSON.parse(text));
	return {
		tests: testResults.flatMap(({ name: path, assertionResults }) =>
			assertionResults.map(({ fullName, status, failureMessages }) => ({
				file: relative(folder, path),
				name: fullName,
				status: status === "passed" || status === "failed" ? status : "skipped",
				messages: failureMessages,
			})),
		),
		broken: testResults.flatMap(({ message, assertionResults }) =>
			message !== "" && assertionResults.length === 0 ? [message] : [],
		),
	};
}
