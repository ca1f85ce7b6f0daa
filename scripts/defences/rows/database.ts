import type { Defence } from "../defence.ts";

const DATABASE = "a metadata database";
const E2E = "test/e2e/cutover-database.test.ts";

/** What a registry with a metadata database needs. */
export const DATABASE_DEFENCES: readonly Defence[] = [
	{
		name: "import-in-progress-is-refused",
		against: DATABASE,
		removed: [
			{
				file: "src/cutover/database/preflight.ts",
				code: "if (pid === undefined) return;",
				instead: 'if (pid !== "") return;',
			},
		],
		test: {
			file: "test/cutover/database/preflight.test.ts",
			name: "an import into a database that is under way is refused",
		},
	},
	{
		name: "import-in-progress-by-lock-files",
		against: DATABASE,
		removed: [
			{
				file: "src/cutover/database/metadata-place.ts",
				code: 'if (metadata.mode === "unclear")',
				instead: 'if (metadata.mode === "unclear" && node.name === "")',
			},
		],
		test: {
			file: E2E,
			name: "and with an import that has begun is refused, and nothing is changed",
		},
	},
	{
		name: "backup-is-acknowledged",
		against: DATABASE,
		removed: [
			{
				file: "src/cutover/database/preflight.ts",
				code: "await database.acknowledge(call.signal);",
				instead: '(await database.acknowledge(call.signal)) ?? "flag";',
			},
		],
		test: {
			file: E2E,
			name: "and with no backup is refused, and nothing is changed",
		},
	},
	{
		name: "collection-is-paused",
		against: DATABASE,
		removed: [
			{
				file: "src/cutover/database/collection.ts",
				code: "await requireGone(formers, world, call);",
				instead: "",
			},
		],
		test: {
			file: E2E,
			name: "whose restart command does nothing is not believed to have stopped removing garbage",
		},
	},
	{
		name: "witnesses-at-the-target",
		against: DATABASE,
		removed: [
			{
				file: "src/cutover/database/target-proof.ts",
				code: "for (const witness of all) await requireUnserved(witness, course, call);",
				instead: "",
			},
		],
		test: {
			file: E2E,
			name: "whose node stays on the file system is found out by what is missing at the target, and all is as it was",
		},
	},
	{
		name: "pushes-proven-after-read-write",
		against: DATABASE,
		removed: [
			{
				file: "src/cutover/confirm.ts",
				code: "if (database.read() !== undefined) await provePushes(world, call);",
				instead:
					"if (database.read() === undefined) await provePushes(world, call);",
			},
		],
		test: {
			file: E2E,
			name: "whose pushes go elsewhere when it takes them again is told of loudly",
		},
	},
	{
		name: "garbage-is-kept-on-the-way-back",
		against: DATABASE,
		removed: [
			{
				file: "src/cutover/rollback/source-destination.ts",
				code: "const kept = { isCollectionPaused: hasDatabase };",
				instead: "const kept = { isCollectionPaused: false && hasDatabase };",
			},
		],
		test: {
			file: "test/cutover/rollback/source-destination.test.ts",
			name: "with a database, is what was before as a whole only in the end: until then the way back may be given up",
		},
	},
];
