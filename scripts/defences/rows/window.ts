import type { Defence } from "../defence.ts";

const WINDOW = "test/e2e/cutover-window.test.ts";
const ACTS = "src/cutover/acts.ts";
const STILL = "still: {\n\t\tapply: (world, call) => world.requireStill(call),";
const STILL_AGAIN =
	"stillOnceMore: {\n\t\tapply: (world, call) => world.requireStill(call),";
const MOVES = "the source changes after the final pass";
const REDIS = "a registry remembers blobs of the other storage";

/** What may happen while pushes are refused. */
export const WINDOW_DEFENCES: readonly Defence[] = [
	{
		name: "push-in-flight-is-waited-for",
		against: "a push in flight when read-only comes",
		removed: [
			{
				file: "src/registry/read-only/await-end.ts",
				code: "if (remaining.length === 0) {",
				instead: "if (remaining.length >= 0) {",
			},
		],
		test: {
			file: WINDOW,
			name: "cutover › a push that is under way when read-only comes is waited for, and is at the target",
		},
	},
	{
		name: "final-pass",
		against: "pushes go on until the window opens",
		removed: [
			{
				file: ACTS,
				code: "apply: (world, call) => world.finalPass(call),",
				instead: "apply: async () => {},",
			},
			// Each of these alone finds out that nothing was copied.
			{
				file: ACTS,
				code: "apply: (world, call) => world.verifyDelta(call),",
				instead: "apply: async () => {},",
			},
			{
				file: ACTS,
				code: STILL,
				instead: "still: {\n\t\tapply: async () => {},",
			},
			{
				file: ACTS,
				code: STILL_AGAIN,
				instead: "stillOnceMore: {\n\t\tapply: async () => {},",
			},
		],
		test: {
			file: "test/e2e/cutover-skopeo.test.ts",
			name: "cutover › skopeo pushes and pulls all the while: what it pushed, it pulls from the target",
		},
	},
	{
		name: "still",
		against: MOVES,
		removed: [
			{
				file: "src/cutover/passes.ts",
				code: "if (moved === 0 && isWhole(result)) return;",
				instead: "if (moved >= 0 && isWhole(result)) return;",
			},
		],
		test: {
			file: WINDOW,
			name: "something is written to the source past the registry in verify the delta, all is as it was",
		},
	},
	{
		name: "still-once-more",
		against: MOVES,
		removed: [
			{
				file: ACTS,
				code: STILL_AGAIN,
				instead: "stillOnceMore: {\n\t\tapply: async () => {},",
			},
		],
		test: {
			file: WINDOW,
			name: "something is written to the source past the registry in canary, all is as it was",
		},
	},
	{
		name: "still-before-the-switch",
		against: MOVES,
		removed: [
			{
				file: ACTS,
				code: STILL,
				instead: "still: {\n\t\tapply: async () => {},",
			},
		],
		test: {
			file: "test/cutover/steps.test.ts",
			name: "proves twice that nothing has moved, the second time after all that takes long (I6)",
		},
	},
	{
		name: "still-counts-what-is-gone",
		against: "garbage collection by cron in the window",
		removed: [
			{
				file: "src/cutover/passes.ts",
				code: "const moved = copies + (deletePlan?.objects ?? extra) + vanished;",
				instead: "const moved = copies + vanished;",
			},
		],
		test: {
			file: WINDOW,
			name: "garbage is collected at the source, all is as it was, and nothing that is needed is lost on either side",
		},
	},
	{
		name: "share-that-may-go",
		against: "a collection of much of the source the day before",
		removed: [
			{
				file: "src/cutover/before/planned-deletes.ts",
				code: "if (maxDeletes !== undefined || !(share > LARGEST_SHARE)) return;",
				instead: "if (maxDeletes !== undefined || share >= 0) return;",
			},
		],
		test: {
			file: "test/e2e/cutover-ahead.test.ts",
			name: "a collection of much of it the day before is refused by name of the flag, and carried out with it",
		},
	},
	{
		name: "margin-of-deletes",
		against: "a collection of much of the source the day before",
		removed: [
			{
				file: "src/cutover/passes.ts",
				code: "deletes: { approve: () => true, planPath, margin },",
				instead: "deletes: { approve: () => true, maxObjects: margin + 1e9 },",
			},
		],
		test: {
			file: "test/cutover/before/catch-up.test.ts",
			name: "refuses to delete much that was not planned",
		},
	},
	{
		name: "redis-flushed-at-the-switch",
		against: REDIS,
		removed: [
			{
				file: "src/cutover/switch-nodes.ts",
				code: "await lookAgain(nodes, options);\n\tawait flushCaches(world, call);",
				instead: "await lookAgain(nodes, options);",
			},
		],
		test: {
			file: "test/e2e/cutover-redis.test.ts",
			name: "is flushed when it is switched: it does not call a blob present that the target lacks",
		},
	},
	{
		name: "redis-flushed-on-the-way-back",
		against: REDIS,
		removed: [
			{
				file: "src/cutover/switch-nodes.ts",
				code: "try {\n\t\tawait flushCaches(world, call);",
				instead: "try {",
			},
		],
		test: {
			file: "test/e2e/cutover-redis.test.ts",
			name: "is flushed again on the way back: it does not remember what was only at the target",
		},
	},
	{
		name: "pulls-are-polled",
		against: "pulls that fail are not noticed",
		removed: [
			{
				file: "src/cutover/real-actuators.ts",
				code: "\t\tawait polls.begin(call);\n",
				instead: "",
			},
		],
		test: {
			file: "test/e2e/cutover.test.ts",
			name: "is cut over while a client pushes: all that was acknowledged is served from the target",
		},
	},
	{
		name: "failed-pulls-are-counted",
		against: "pulls that fail are not noticed",
		removed: [
			{
				file: "src/cutover/pulls/pull-polls.ts",
				code: "return status === 200;",
				instead: "return status > 0;",
			},
		],
		test: {
			file: "test/cutover/pulls/pull-polls.test.ts",
			name: "a tag's manifest is pulled, and what fails is counted",
		},
	},
];
