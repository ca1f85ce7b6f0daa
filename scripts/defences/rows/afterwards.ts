import type { Defence } from "../defence.ts";

const SPLIT = "both sides change after the cutover";
const DELETES = "a way back that deletes what is needed";
const FORGOTTEN = "a forgotten process writes to the old source";

/** What may come after the registry has gone over. */
export const LATER_DEFENCES: readonly Defence[] = [
	{
		name: "own-keys-days-later",
		against: "others change the configuration, then it is put back",
		removed: [
			{
				file: "src/registry/kept-file/plan-restore.ts",
				code: 'decision === "own-keys"\n\t\t\t? await',
				instead: 'decision === "nothing"\n\t\t\t? await',
			},
		],
		test: {
			file: "test/e2e/rollback.test.ts",
			name: "undoes only what is ours in a configuration that somebody else has changed since, and heals a corrupt blob",
		},
	},
	{
		name: "original-byte-for-byte",
		against: "others change the configuration, then it is put back",
		removed: [
			{
				file: "src/registry/kept-file/undo-decision.ts",
				code: 'return isOurs && !isMixed ? "original" : "own-keys";',
				instead: 'return isOurs && isMixed ? "original" : "own-keys";',
			},
		],
		test: {
			file: "test/registry/kept-file/replace-host-file.test.ts",
			name: "is only ours when somebody changed the file between two changes of ours",
		},
	},
	{
		name: "what-is-ours-and-theirs-is-refused",
		against: "others change the configuration, then it is put back",
		removed: [
			{
				file: "src/registry/kept-file/plan-restore.ts",
				code: "if (changed.length > 0)",
				instead: "if (changed.length < 0)",
			},
		],
		test: {
			file: "test/registry/kept-file/accepted.test.ts",
			name: "is refused where others have changed what is ours",
		},
	},
	{
		name: "split-brain-is-refused",
		against: SPLIT,
		removed: [
			{
				file: "src/cutover/rollback/require-unchanged.ts",
				code: "if (count === 0) return;",
				instead: "if (count >= 0) return;",
			},
		],
		test: {
			file: "test/e2e/rollback.test.ts",
			name: "is refused where somebody else has written to the old source, and nothing is changed",
		},
	},
	{
		name: "own-writes-are-no-split-brain",
		against: SPLIT,
		removed: [
			{
				file: "src/cutover/rollback/noting-writes.ts",
				code: 'base.noteWrite(key, Buffer.from(bytes).toString("latin1"));',
				instead: "bytes.at(0);",
			},
		],
		test: {
			file: "test/cutover/rollback/noting-writes.test.ts",
			name: "each link is noted before it is written or deleted, a blob never (I3, I5)",
		},
	},
	{
		name: "blobs-are-never-deleted",
		against: DELETES,
		removed: [
			{
				file: "src/cutover/rollback/deletable.ts",
				code: "\tif (!isLink(kindOf(key))) return false;\n",
				instead: '\tif (isLink(kindOf(key)) && key === "") return false;\n',
			},
		],
		test: {
			file: "test/cutover/rollback/merge.test.ts",
			name: "brings all that was done at the target into the source, whatever it was; again, there is nothing to do",
		},
	},
	{
		name: "only-what-the-base-had-is-deleted",
		against: DELETES,
		removed: [
			{
				file: "src/cutover/rollback/deletable.ts",
				code: "base.isShared(key) ||",
				instead: 'base.isShared(key) || key !== "" ||',
			},
		],
		test: {
			file: "test/cutover/rollback/merge.test.ts",
			name: "leaves a link that holds no digest, and what never came to the target, where they are",
		},
	},
	{
		name: "base-kept-before-read-write",
		against: DELETES,
		removed: [
			{
				file: "src/cutover/steps.ts",
				code: "apply: (world, call) => world.keepBase(call),",
				instead: "apply: async () => {},",
			},
		],
		test: {
			file: "test/cutover/steps.test.ts",
			name: "a cutover keeps what leads back after it before there is only that way back, and fences the source after it (I3, I5)",
		},
	},
	{
		name: "cutover-does-not-take-its-own-way-back-away",
		against: DELETES,
		removed: [
			{
				file: "src/cutover/rollback/decide-rollback.ts",
				code: "if (movesOn) return;",
				instead: 'if (movesOn || named.source !== "") return;',
			},
		],
		test: {
			file: "test/cutover/rollback/decide-rollback.test.ts",
			name: "a cutover, the same once more",
		},
	},
	{
		name: "fence",
		against: FORGOTTEN,
		removed: [
			{
				file: "src/cutover/fence/fence-tree.ts",
				code: "chmodSync(entry.path, modeOf(entry) & ~WRITE_BITS);",
				instead: "",
			},
			// Of root, and where the file system has it, this flag alone would hold.
			{
				file: "src/cutover/fence/fence-tree.ts",
				code: "await guard.write(true, ours, { signal });",
				instead: "",
			},
		],
		test: {
			file: "test/cutover/fence/fence-tree.test.ts",
			name: "takes the permission to write from directories, links and uploads, and from nothing else",
		},
	},
	{
		name: "fence-after-the-cutover",
		against: FORGOTTEN,
		removed: [
			{
				file: "src/cutover/steps.ts",
				code: "apply: (world, call) => world.fenceSource(call),",
				instead: "apply: async () => {},",
			},
		],
		test: {
			file: "test/cutover/steps.test.ts",
			name: "a cutover keeps what leads back after it before there is only that way back, and fences the source after it (I3, I5)",
		},
	},
	{
		name: "retire-waits",
		against: FORGOTTEN,
		removed: [
			{
				file: "src/cutover/retire/judge-retirement.ts",
				code: "if (nodesOnSource.length > 0)",
				instead: "if (nodesOnSource.length < 0)",
			},
		],
		test: {
			file: "test/cutover/retire/judge-retirement.test.ts",
			name: 'it is not where "a and b is configured to it"',
		},
	},
];
