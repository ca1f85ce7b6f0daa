import type { Defence } from "../defence.ts";

const WINDOW = "test/e2e/cutover-window.test.ts";
const WATCHED = "src/cutover/watched.ts";
const WRITES = "a node takes writes in the window";

/** What somebody may do to a node while pushes are refused. */
export const WATCH_DEFENCES: readonly Defence[] = [
	{
		name: "watch",
		against: WRITES,
		removed: [
			{
				file: WATCHED,
				code: "observe: ({ node, state }) => look(node, state),",
				instead: "observe: () => {},",
			},
		],
		test: {
			file: "test/cutover/watched.test.ts",
			name: "gives up what is done as soon as one node takes writes",
		},
	},
	{
		name: "watch-at-the-end",
		against: WRITES,
		removed: [
			{
				file: WATCHED,
				code: "if (signal?.aborted !== true && !seen.signal.aborted)",
				instead: "if (signal?.aborted === true && !seen.signal.aborted)",
			},
		],
		test: {
			file: "test/cutover/watched.test.ts",
			name: "looks once more when it is done, or has failed: the last look was before",
		},
	},
	{
		name: "final-pass-is-repeated",
		against: WRITES,
		removed: [
			{
				file: "src/cutover/course/machine.ts",
				code: "if (!this.#isRepeated(cause)) this.#turnBack(cause);",
				instead: "this.#turnBack(cause);",
			},
		],
		test: {
			file: WINDOW,
			name: "configuration management makes a node writable again before the switch, all is done again, with what was pushed meanwhile",
		},
	},
	{
		name: "all-is-done-again",
		against: WRITES,
		removed: [
			{
				file: "src/cutover/course/machine.ts",
				code: "if (!this.#isRepeated(cause)) this.#turnBack(cause);",
				instead: "this.#turnBack(cause);",
			},
		],
		test: {
			file: "test/cutover/course/crash-matrix.test.ts",
			name: "under read-only, at every point before the switch: what was proven is proven anew, and it ends on the target",
		},
	},
	{
		name: "no-way-back-over-writes-on-the-target",
		against: WRITES,
		removed: [
			{
				file: "src/cutover/switch-nodes.ts",
				code: 'if (state === "writable" && (await world.destination.isReached(node, call)))',
				instead:
					'if (state === "unknown" && (await world.destination.isReached(node, call)))',
			},
		],
		test: {
			file: WINDOW,
			name: "somebody lets it take writes on the target, it does not go back, which would lose them, and says so",
		},
	},
	{
		name: "own-keys-in-the-window",
		against: "others change the configuration, then it is put back",
		removed: [
			{
				file: "src/registry/kept-file/undo-decision.ts",
				code: 'return isOurs && !isMixed ? "original" : "own-keys";',
				instead: 'return isOurs || !isMixed ? "original" : "own-keys";',
			},
		],
		test: {
			file: WINDOW,
			name: "somebody adds something to the configuration, it goes back by its own keys, and keeps that",
		},
	},
];
