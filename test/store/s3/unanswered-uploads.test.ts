import { expect, test } from "vitest";
import { BegunUploads } from "../../../src/store/begun-uploads.ts";
import { Control } from "../../../src/store/s3/control.ts";
import { parseLocation } from "../../../src/store/s3/location.ts";
import { MemoryUploads } from "../../../src/store/upload-log.ts";
import { serve } from "../http/http-server.ts";

const MINUTE = 60_000;
const PLAN = { size: 10, partBytes: 5, digest: "", terms: "" };
const ABOUT = { store: "s3://reg", operation: "settle uploads in" };

/** Settles one upload whose beginning was not answered, at a server that tells of another one. */
async function settleBeside(key: string, initiated: number | undefined) {
	const when =
		initiated === undefined
			? ""
			: `<Initiated>${new Date(initiated).toISOString()}</Initiated>`;
	const methods = new Set<string>();
	await using server = await serve(({ method }, response) => {
		methods.add(method);
		response.end(
			`<ListMultipartUploadsResult><Upload><Key>${key}</Key><UploadId>u</UploadId>${when}</Upload></ListMultipartUploadsResult>`,
		);
	});
	const url = new URL("s3://reg?region=us-east-1");
	url.searchParams.set("endpoint", server.origin);
	const control = await Control.open(parseLocation(url), {
		AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
		AWS_SECRET_ACCESS_KEY: "a-secret",
	});
	const record = new MemoryUploads();
	record.intend("a", PLAN);
	const begun = new BegunUploads(control.uploads, record);
	// As after a crash: the process that begins it has no more to do with it.
	const store = { address: (full: string) => full, sizeOf: async () => 10 };
	const left = await begun.settle(store, ABOUT, { isAllDone: true });
	control.close();
	await control.transport[Symbol.asyncDispose]();
	// Whatever it is, it could be somebody else's.
	expect([...methods]).toEqual(["GET"]);
	return { left: left.length, noted: record.pending().length };
}

const LEFT = { left: 1, noted: 1 };
const FORGOTTEN = { left: 0, noted: 0 };

test.each([
	["is told of beside one of the same time", "a", 0, LEFT],
	["is told of beside one by a clock that is late", "a", -14 * MINUTE, LEFT],
	["is told of beside one of an unknown time", "a", undefined, LEFT],
	[
		"is forgotten beside one that was there before",
		"a",
		-60 * MINUTE,
		FORGOTTEN,
	],
	["is forgotten beside one of a longer key", "ab", 0, FORGOTTEN],
])(
	"an upload whose beginning was not answered %s, and nothing is given up",
	async (_what, key, age, expected) => {
		const initiated = age === undefined ? undefined : Date.now() + age;
		expect(await settleBeside(key, initiated)).toEqual(expected);
	},
);
