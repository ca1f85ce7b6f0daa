import type { Defence } from "../defence.ts";

const MULTIPART = "the target refuses the first multipart push";
const FULL = "a full disk while the journal is written";
const JOURNAL = "src/cutover/course/journal-file.ts";

/** Space for the journal that is named, and not taken. */
const SPARSE = [
	{
		file: JOURNAL,
		code: '} from "node:fs";',
		instead: '\tftruncateSync,\n} from "node:fs";',
	},
	{
		file: JOURNAL,
		code: "for (let written = 0; written < SPACE; )\n\t\t\twritten += writeSync(file, zeros, written);",
		instead: "ftruncateSync(file, zeros.length);",
	},
] as const;

/** What the target, or the disk that the journal is on, may refuse. */
export const TARGET_DEFENCES: readonly Defence[] = [
	{
		name: "rehearsal-before-the-window",
		against: MULTIPART,
		removed: [
			{
				file: "src/cutover/before/rehearse.ts",
				code: "if (failure === undefined) return startMs;",
				instead:
					"if (failure === undefined || untried.length === 0) return startMs;",
			},
		],
		test: {
			file: "test/e2e/cutover-ahead.test.ts",
			name: "a target that refuses the first push in parts is found out before the window",
		},
	},
	{
		name: "push-after-read-write",
		against: MULTIPART,
		removed: [
			{
				file: "src/cutover/confirm.ts",
				code: "\tif (testRepository !== undefined) await tryPush(testRepository, world, call);\n",
				instead:
					"\tif (testRepository === undefined) await tryPush(course.to, world, call);\n",
			},
		],
		test: {
			file: "test/e2e/cutover-clouds.test.ts",
			name: "cutover › a target that refuses the first multipart upload is found in the end, and said",
		},
	},
	{
		name: "azure-root",
		against: "a driver of another cloud that looks elsewhere",
		removed: [
			{
				file: "src/registry/target/azure-settings.ts",
				code: "rootdirectory: rootDirectory(location.root),",
				instead: "rootdirectory: undefined,",
			},
		],
		test: {
			file: "test/e2e/cutover-clouds.test.ts",
			name: "cutover › a registry goes over to Azure Blob Storage, and takes pushes there",
		},
	},
	{
		name: "gcs-root",
		against: "a driver of another cloud that looks elsewhere",
		removed: [
			{
				file: "src/registry/target/gcs-settings.ts",
				code: "rootdirectory: rootDirectory(location.prefix),",
				instead: "rootdirectory: undefined,",
			},
		],
		test: {
			file: "test/e2e/cutover-clouds.test.ts",
			name: "cutover › a registry goes over to Google Cloud Storage; that it takes no pushes there is found in the end, and said",
		},
	},
	{
		name: "space-taken-for-the-journal",
		against: FULL,
		removed: [...SPARSE],
		test: {
			file: "test/cutover/course/journal-file.test.ts",
			name: "one that was made goes on when its disk is full: its space was taken",
		},
	},
	{
		name: "space-taken-before-anything-is-begun",
		against: FULL,
		removed: [...SPARSE],
		test: {
			file: "test/e2e/cutover-full-disk.test.ts",
			name: "from the beginning on, it is refused, and nothing was changed",
		},
	},
	{
		name: "space-taken-for-the-way-back",
		against: FULL,
		removed: [...SPARSE],
		test: {
			file: "test/e2e/cutover-full-disk.test.ts",
			name: "from switch on, of small blocks, it goes back, for which there is space; with more, the same command goes over",
		},
	},
	{
		name: "space-written-for-the-journal",
		against: FULL,
		removed: [...SPARSE],
		test: {
			file: "test/cutover/course/journal-file.test.ts",
			name: "keeps what was noted, for its owner alone, in space that is taken beforehand",
		},
	},
	{
		name: "cut-off-journal-is-refused",
		against: FULL,
		removed: [
			{
				file: JOURNAL,
				code: "if (bytes.length < SPACE) throw",
				instead: "if (bytes.length < 0) throw",
			},
		],
		test: {
			file: "test/cutover/course/journal-file.test.ts",
			name: "one that was cut off is refused: it would tell of less than was done",
		},
	},
];
