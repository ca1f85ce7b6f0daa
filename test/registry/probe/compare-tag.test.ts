import { expect, test } from "vitest";
import { digestOf } from "../../../scripts/sample-registry/content.ts";
import { type Digest, formatDigest } from "../../../src/layout/digest.ts";
import { blobKey, formatKey } from "../../../src/layout/paths.ts";
import { compareTag } from "../../../src/registry/probe/compare-tag.ts";
import { MemoryStore } from "../../../src/store/memory.ts";
import { clientOf, scriptedRegistry } from "./scripted-registry.ts";

const TAG = { repository: "team/app", tag: "v1" };
const ONE = digestOf("one");
const TWO = digestOf("two");
const [one, two] = [formatDigest(ONE), formatDigest(TWO)];

/** What comes to be in the storage when the registry has been asked so many times. */
type Move = (store: MemoryStore, asked: number) => Promise<unknown> | undefined;

const name = (store: MemoryStore, content: string | Digest) =>
	store.put(
		formatKey({ kind: "current", ...TAG }),
		Buffer.from(typeof content === "string" ? content : formatDigest(content)),
	);
const unname = (store: MemoryStore) =>
	store.delete([formatKey({ kind: "current", ...TAG })]);

/** Compares the tag, which names the first digest, and whose image is whole. */
async function compare(
	answers: readonly (string | number)[],
	move: Move = () => undefined,
	prepare: (store: MemoryStore) => Promise<unknown> = async () => undefined,
) {
	const store = new MemoryStore();
	await name(store, ONE);
	const revision = { kind: "revision", ...TAG, digest: ONE } as const;
	await store.put(formatKey(revision), Buffer.from(one));
	await store.put(blobKey(ONE), Buffer.from("one"));
	await prepare(store);
	const { origin } = await scriptedRegistry(async ({ number }, response) => {
		if (answers.includes("nobody's"))
			response.removeHeader("docker-distribution-api-version");
		const answer = answers[Math.min(number, answers.length - 1)] ?? 500;
		if (typeof answer === "number") response.statusCode = answer;
		else response.setHeader("docker-content-digest", answer);
		await move(store, number + 1);
	});
	const {
		repository: _,
		tag: __,
		...found
	} = await compareTag(clientOf(origin), store, TAG);
	return found;
}

const revisionGone = (store: MemoryStore) =>
	store.delete([formatKey({ kind: "revision", ...TAG, digest: ONE })]);

test.each<
	[string, Awaited<ReturnType<typeof compare>>, Parameters<typeof compare>]
>([
	["is what it is in the storage", { found: "same" }, [[one]]],
	[
		"is something else",
		{ found: "different", stored: one, served: two },
		[[two]],
	],
	["is not there", { found: "absent" }, [[404]]],
	[
		"is not there, as its revision is not",
		{ found: "nothing" },
		[[404], undefined, revisionGone],
	],
	[
		"is not there, as its manifest is not",
		{ found: "nothing" },
		[[404], undefined, (store) => store.delete([blobKey(ONE)])],
	],
	[
		"is there, and not in the storage",
		{ found: "extra" },
		[[one], undefined, unname],
	],
	["is nowhere", { found: "nothing" }, [[404], undefined, unname]],
	[
		"is broken in the storage",
		{ found: "nothing" },
		[[500], undefined, (store) => name(store, "")],
	],
	[
		"moves before the registry is asked",
		{ found: "same" },
		[[two], (store, asked) => (asked === 1 ? name(store, TWO) : undefined)],
	],
	[
		"moves after the registry was asked",
		{ found: "same" },
		[[two, one], (store, asked) => name(store, asked === 1 ? TWO : ONE)],
	],
	[
		"moves at each look",
		{ found: "nothing" },
		[
			[formatDigest(digestOf("three"))],
			(store, asked) => name(store, asked % 2 === 1 ? TWO : ONE),
		],
	],
	[
		"is pushed meanwhile",
		{ found: "same" },
		[[two], (store) => name(store, TWO), unname],
	],
	["is deleted meanwhile", { found: "nothing" }, [[404], unname]],
	[
		"breaks meanwhile",
		{ found: "nothing" },
		[[two], (store) => name(store, "sha256:")],
	],
	[
		"is not to be found at what is no registry",
		{ found: "refused", because: "what answers is no registry" },
		[[404, "nobody's"]],
	],
	[
		"may not be seen",
		{ found: "refused", because: "the registry answered 403" },
		[[403]],
	],
	[
		"is asked for in vain",
		{ found: "refused", because: "the registry answered 500" },
		[[500]],
	],
	[
		"is told without its digest",
		{ found: "refused", because: "the registry answered 200" },
		[[200]],
	],
])("a tag that %s", async (_name, expected, given) => {
	expect(await compare(...given)).toEqual(expected);
});
