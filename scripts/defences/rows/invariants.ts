import type { Defence } from "../defence.ts";

/** Of each invariant the line that decides, or some of several. */
export const INVARIANT_DEFENCES: readonly Defence[] = [
	{
		name: "links-wait-for-their-blobs",
		against: "I1 closed target",
		removed: [
			{
				file: "src/sync/hold-back.ts",
				code: 'if (known?.state === State.trouble) return { type: "hold-back", needs: blob };',
				instead: "if (known?.state === State.trouble) return WRITE;",
			},
		],
		test: {
			file: "test/sync/missing-blob.test.ts",
			name: "(I1) holds back the new tags of its repository while it cannot be copied, and those of no other",
		},
	},
	{
		name: "blobs-listed-after-links",
		against: "I1 closed target",
		removed: [
			{
				file: "src/sync/read-source.ts",
				code: "\tawait readBlobs(context);\n\tif (context.source.can.waits) await readRest",
				instead: "\tif (context.source.can.waits) await readRest",
			},
			{
				file: "src/sync/read-source.ts",
				code: "if (context.source.can.waits) await readLinksAtOnce(context);",
				instead:
					"await readBlobs(context);\n\tif (context.source.can.waits) await readLinksAtOnce(context);",
			},
		],
		test: {
			file: "test/sync/read-order.test.ts",
			name: "scan › (I1) lists the blobs when every link has been read",
		},
	},
	{
		name: "deletes-from-the-tags-down",
		against: "I1 closed target",
		removed: [
			{
				file: "src/sync/delete-extra.ts",
				code: "COPY_ORDER.toReversed()",
				instead: "COPY_ORDER",
			},
		],
		test: {
			file: "test/sync/deletes.test.ts",
			name: "what the source does not have, from the tags down to the blobs (I1)",
		},
	},
	{
		name: "nothing-deleted-while-unknown",
		against: "I2 unknown is not absent",
		removed: [
			{
				file: "src/sync/carry-out.ts",
				code: "if (deletes !== undefined && counts.isWhole) {",
				instead: "if (deletes !== undefined) {",
			},
			{
				file: "src/sync/pass.ts",
				code: "if (approval === undefined || counts.unreadable > 0)",
				instead: "if (approval === undefined)",
			},
		],
		test: {
			file: "test/sync/deletes.test.ts",
			name: "while a directory of the source cannot be listed",
		},
	},
	{
		name: "nothing-deleted-unasked",
		against: "I2 unknown is not absent",
		removed: [
			{
				file: "src/sync/delete-extra.ts",
				code: "return (await source.head(key, { signal })) === undefined;",
				instead: "return source.url !== key || signal?.aborted !== true;",
			},
		],
		test: {
			file: "test/sync/deletes.test.ts",
			name: "that the source turns out to have when it is asked again, or cannot tell",
		},
	},
	{
		name: "source-cannot-be-written",
		against: "I3 no write to the source",
		removed: [
			{
				file: "src/store/read-only.ts",
				code: 'put: async (key) => {\n\t\t\tthrow refuse("put", key);\n\t\t},',
				instead: "put: (key, body, options) => store.put(key, body, options),",
			},
		],
		test: {
			file: "test/store/read-only.test.ts",
			name: "a store opened to be read only refuses puts and deletes, and says why (I3)",
		},
	},
	{
		name: "bytes-are-hashed",
		against: "I4 bytes are proven",
		removed: [
			{
				file: "src/store/body.ts",
				code: 'hash(digest.algorithm, bytes, "hex") !== digest.hex',
				instead: 'hash(digest.algorithm, bytes, "hex") === ""',
			},
		],
		test: {
			file: "test/store/body.test.ts",
			name: "of another content or size is refused, and says of what (I4)",
		},
	},
	{
		name: "unproven-blobs-are-read",
		against: "I4 bytes are proven",
		removed: [
			{
				file: "src/sync/decide.ts",
				code: 'return target.isProven ? "skip" : "compare";',
				instead: 'return "skip";',
			},
		],
		test: {
			file: "test/sync/decide.test.ts",
			name: "(I4) compares a blob of the same size that is not proven",
		},
	},
	{
		name: "found-state-recorded-first",
		against: "I5 intent before effect",
		removed: [
			{
				file: "src/registry/read-only/turn-on.ts",
				code: '\t\t\trecorder.note(node, "begun");\n\t\t\tawait changeNode(plan, change, options);\n',
				instead:
					'\t\t\tawait changeNode(plan, change, options);\n\t\t\trecorder.note(node, "begun");\n',
			},
		],
		test: {
			file: "test/registry/read-only/turn-on.test.ts",
			name: "records what it found before anything is changed, and who, and since when (I5)",
		},
	},
	{
		name: "former-processes-have-ended",
		against: "I6 proof before trust",
		removed: [
			{
				file: "src/registry/read-only/await-end.ts",
				code: "if (remaining.length === 0) {",
				instead: "if (remaining.length >= 0) {",
			},
		],
		test: {
			file: "test/registry/read-only/turn-on.test.ts",
			name: "does not claim success while a former process lives (I6)",
		},
	},
	{
		name: "every-node-is-looked-at-again",
		against: "I6 proof before trust",
		removed: [
			{
				file: "src/registry/read-only/turn-on.ts",
				code: "\t\tawait lookAgain(nodes, options);\n",
				instead: "",
			},
		],
		test: {
			file: "test/registry/read-only/turn-on.test.ts",
			name: "notices when a node becomes writable while others are waited for",
		},
	},
	{
		name: "delta-is-verified",
		against: "I6 proof before trust",
		removed: [
			{
				file: "src/cutover/delta.ts",
				code: "if (bad.length > 0 || isEmpty)",
				instead: "if (isEmpty)",
			},
		],
		test: {
			file: "test/cutover/delta.test.ts",
			name: "rejects where a link holds another digest",
		},
	},
	{
		name: "differences-are-masked",
		against: "I7 no secret at rest",
		removed: [
			{
				file: "src/cutover/told/told-node.ts",
				code: "maskedDiff(change.files, { secrets })",
				instead:
					"maskedDiff(change.files, { secrets: secrets.slice(secrets.length) })",
			},
		],
		test: {
			file: "test/cutover/told/told-node.test.ts",
			name: "tells what was written, when it was, without secrets (I7), also those that are named nowhere as such",
		},
	},
	{
		name: "index-read-by-the-page",
		against: "I8 flat memory",
		removed: [
			{
				file: "src/sync/object-table.ts",
				code: "const BATCH = 1000;",
				instead: "const BATCH = 1_000_000;",
			},
		],
		test: {
			file: "test/sync/many-objects.test.ts",
			name: "sync › (I8) copies 100,000 objects in flat memory, and in seconds",
		},
	},
	{
		name: "unequal-checksums-are-read",
		against: "I9 sameness is proven",
		removed: [
			{
				file: "src/sync/decide.ts",
				code: "return source.md5 !== undefined && source.md5 === target.md5",
				instead: "return source.md5 === target.md5",
			},
		],
		test: {
			file: "test/sync/decide.test.ts",
			name: "(I9) compares a layer of the same size whose MD5s differ, or are not both known",
		},
	},
];
