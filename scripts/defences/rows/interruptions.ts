import type { Defence } from "../defence.ts";

const KILLED = "a kill at any moment";
const MACHINE = "src/cutover/course/machine.ts";
const STANDING = "src/cutover/course/standing.ts";
const SIGNALS = "src/cli/cutover/cutover-signals.ts";
const MATRIX = "test/cutover/course/crash-matrix.test.ts";

/** What ends a process, or is to end it. */
export const INTERRUPTION_DEFENCES: readonly Defence[] = [
	{
		name: "first-interrupt-is-asked-back",
		against: "Ctrl-C",
		removed: [
			{
				file: SIGNALS,
				code: "if (!isTerminal || now - lastAt < CONFIRMED_WITHIN_MS)",
				instead: "if (isTerminal || now - lastAt < CONFIRMED_WITHIN_MS)",
			},
		],
		test: {
			file: "test/e2e/cutover-hung-up.test.ts",
			name: "goes on to its end when, in switch, Ctrl-C is pressed once, and then the terminal is lost",
		},
	},
	{
		name: "way-back-is-not-cancelled",
		against: "Ctrl-C",
		removed: [
			{
				file: MACHINE,
				code: "await step.undo(this.#world, {});",
				instead: "await step.undo(this.#world, this.#call);",
			},
		],
		test: {
			file: "test/e2e/cutover-interrupted.test.ts",
			name: "whose way back has begun is stopped by no Ctrl-C",
		},
	},
	{
		name: "interrupt-leads-back",
		against: "Ctrl-C",
		removed: [
			{
				file: MACHINE,
				code: "...(options.signal ? [options.signal] : []),",
				instead: "",
			},
		],
		test: {
			file: "test/e2e/cutover-interrupted.test.ts",
			name: "goes back when Ctrl-C is pressed twice in switch, unless it is past the point of no return",
		},
	},
	{
		name: "request-to-end-leads-back",
		against: "SIGTERM",
		removed: [
			{
				file: SIGNALS,
				code: 'process.on("SIGTERM", onEnd);',
				instead: 'process.on("SIGCONT", onEnd);',
			},
		],
		test: {
			file: "test/e2e/cutover-terminated.test.ts",
			name: "goes back when it is told to end (SIGTERM) in switch, unless it is past the point of no return",
		},
	},
	{
		name: "lost-terminal-changes-nothing",
		against: "a lost terminal",
		removed: [
			{
				file: SIGNALS,
				code: 'process.on("SIGHUP", onHangUp);',
				instead: "",
			},
		],
		test: {
			file: "test/e2e/cutover-hung-up.test.ts",
			name: "goes on to its end when, in switch, Ctrl-C is pressed once, and then the terminal is lost",
		},
	},
	{
		name: "intent-noted-first",
		against: KILLED,
		removed: [
			{
				file: MACHINE,
				code: '\t\t\tthis.#noted.note({ type: "apply", step: step.name });\n',
				instead: "",
			},
		],
		test: {
			file: MATRIX,
			name: "killed at every point, and then not wanted any more, it goes back unless it is past the point of no return",
		},
	},
	{
		name: "torn-record-is-an-intent",
		against: KILLED,
		removed: [
			{
				file: STANDING,
				code: '? { direction: "forward", step: standing.step + 1, isDone: false }\n\t\t\t\t: standing;',
				instead: "? standing\n\t\t\t\t: standing;",
			},
		],
		test: {
			file: "test/cutover/course/standing.test.ts",
			name: 'after "done prove, torn" it is false that there is one',
		},
	},
	{
		name: "point-of-no-return",
		against: KILLED,
		removed: [
			{
				file: STANDING,
				code: 'steps.slice(0, standing.step + 1).every(({ undo }) => undo !== "never")',
				instead: "standing.step < steps.length",
			},
		],
		test: {
			file: MATRIX,
			name: "when confirm fails, nothing is undone, and it is said; run again, it goes on",
		},
	},
	{
		name: "what-is-done-is-looked-at-past-the-point-of-no-return",
		against: KILLED,
		removed: [
			{
				file: STANDING,
				code: 'steps: done.filter(({ undo }) => undo === "never"),',
				instead: "steps: [],",
			},
		],
		test: {
			file: MATRIX,
			name: "so that it refuses writes: what made it otherwise is applied again, whatever was done since",
		},
	},
	{
		name: "what-was-done-is-asked-again",
		against: KILLED,
		removed: [
			{
				file: MACHINE,
				code: "if (holds === true) continue;",
				instead: "if (holds !== undefined) continue;",
			},
		],
		test: {
			file: MATRIX,
			name: "what is no longer in force when it goes on leads back",
		},
	},
	{
		name: "nothing-comes-in-between",
		against: KILLED,
		removed: [
			{
				file: "src/cli/cutover/unfinished-migration.ts",
				code: "if (unfinished === undefined) return;",
				instead: "if (unfinished?.operator !== command) return;",
			},
		],
		test: {
			file: "test/e2e/cutover-killed-late.test.ts",
			name: "killed after the switch, it is gone on with or put back, and nothing comes in between",
		},
	},
	{
		name: "window-bound",
		against: "a window without end",
		removed: [
			{
				file: "src/cutover/course/window.ts",
				code: "if (this.#maxMs !== undefined) this.#endIn(this.#maxMs / 2);",
				instead: "",
			},
			// Once it is open, the bound is set anew.
			{
				file: "src/cutover/course/window.ts",
				code: "if (this.#maxMs !== undefined) this.#endIn(this.#maxMs - MARGIN * ms);",
				instead:
					"if (this.#maxMs !== undefined) this.#endIn(ms * MARGIN + 1e9);",
			},
		],
		test: {
			file: "test/e2e/cutover.test.ts",
			name: "a window that becomes too long is given up in time",
		},
	},
	{
		name: "window-predicted",
		against: "a window without end",
		removed: [
			{
				file: "src/cutover/before/predict.ts",
				code: "if (maxWindowMs === undefined || needed <= maxWindowMs) return;",
				instead: "if (maxWindowMs === undefined || needed >= 0) return;",
			},
		],
		test: {
			file: "test/e2e/cutover-ahead.test.ts",
			name: "a window that cannot be kept to is not opened",
		},
	},
	{
		name: "one-operator-by-state-directory",
		against: "two operators at once",
		removed: [
			{
				file: "src/registry/read-only/record-file.ts",
				code: "\tPRAGMA locking_mode = EXCLUSIVE;\n",
				instead: "",
			},
		],
		test: {
			file: "test/registry/read-only/record-file.test.ts",
			name: "one at a time: the other is told who it is",
		},
	},
	{
		name: "one-operator-by-mark",
		against: "two operators at once",
		removed: [
			{
				file: "src/registry/kept-file/cutover-mark.ts",
				code: "if (found?.id === mark.id) return;",
				instead:
					"if (found?.id === mark.id || found?.operator === mark.operator) return;",
			},
		],
		test: {
			file: "test/e2e/cutover-two-operators.test.ts",
			name: "at the same time the second is refused, whatever it keeps what it knows in; the first goes on",
		},
	},
	{
		// What is read-only, and was not made so from here, is refused as well: which says less.
		name: "mark-outlives-a-kill",
		against: "two operators at once",
		removed: [
			{
				file: "src/cli/cutover/marked-nodes.ts",
				code: 'return first.id !== id || rest.at(-1)?.type === "ended";',
				instead: "return rest.length >= 0;",
			},
		],
		test: {
			file: "test/e2e/cutover-two-operators.test.ts",
			name: "the first was killed: the second is refused, until the first has gone on to its end",
		},
	},
];
