import { expect, test } from "vitest";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { type TracedCall, traced } from "../support/trace.ts";
import { LOCK, smallRegistry, storeOf } from "./content.ts";
import { run } from "./run.ts";

const ROOT = "docker/registry/v2/";

/** What a listing or a read of the source is about, in the order in which a push writes it backwards. */
const SECTIONS = [
	{ name: "current", key: /\/_manifests\/tags\/[^/]+\/current\/link$/ },
	{ name: "index", key: /\/_manifests\/tags\/[^/]+\/index\/.+\/link$/ },
	{ name: "revisions", key: /\/_manifests\/revisions\/.+\/link$/ },
	{ name: "layers", key: /\/_layers\/.+\/link$/ },
];

/** The calls of a pass to its source. */
async function callsOfPass(): Promise<readonly TracedCall[]> {
	const { store, calls } = traced(await storeOf(smallRegistry()));
	await run(store, new MemoryStore());
	return calls;
}

function spanOf(calls: readonly TracedCall[]) {
	return {
		began: Math.min(...calls.map(({ began }) => began)),
		ended: Math.max(...calls.map(({ ended }) => ended)),
	};
}

test.each(["acme/app", "acme/app/cache", "acme/app-web", "solo"])(
	"scan › (I1) reads the links of %s as current, index, revisions, layers, each section opened when the last is done",
	async (repository) => {
		const calls = await callsOfPass();
		const home = `${ROOT}repositories/${repository}/_`;
		const ofRepository = calls.filter(({ key }) => key.startsWith(home));
		const listings = ofRepository.filter(
			({ operation }) => operation === "list",
		);
		const reads = ofRepository.filter(({ operation }) => operation === "get");
		expect(listings).toHaveLength(SECTIONS.length);
		for (const [place, { name, key }] of SECTIONS.entries()) {
			const read = spanOf(reads.filter((call) => key.test(call.key)));
			const listing = listings[place];
			const next = listings[place + 1];
			expect(read.began, name).toBeGreaterThan(listing?.began ?? Infinity);
			if (next !== undefined) expect(read.ended, name).toBeLessThan(next.began);
		}
	},
);

test("scan › (I1) lists the blobs when every link has been read", async () => {
	const calls = await callsOfPass();
	const blobs = calls.find(
		({ operation, key }) => operation === "list" && key === `${ROOT}blobs/`,
	);
	const links = calls.filter(
		({ operation, key }) => operation === "get" && key.endsWith("/link"),
	);
	expect(links.length).toBeGreaterThan(20);
	expect(blobs?.began).toBeGreaterThan(spanOf(links).ended);
});

test("scan › opens each object of the source once, lock files aside", async () => {
	const opened = (await callsOfPass())
		.filter(({ operation, key }) => operation === "get" && key !== LOCK[0])
		.map(({ key }) => key)
		.filter((key) => key !== MARKER_KEY);
	const expected = [...smallRegistry().keys()].filter((key) => key !== LOCK[0]);
	expect(opened.sort()).toEqual(expected.sort());
});
