import { expect, test } from "vitest";
import { notingWrites } from "../../../src/cutover/rollback/noting-writes.ts";
import { formatKey } from "../../../src/layout/paths.ts";
import { MemoryStore } from "../../../src/store/memory.ts";
import { passOn } from "../../../src/store/pass-on.ts";
import { blob } from "../../sync/content.ts";

const LINK = formatKey({ kind: "current", repository: "a", tag: "v1" });
const [BLOB, CONTENT] = blob("x");
const DIGEST = Buffer.from("sha256:x");

test("each link is noted before it is written or deleted, a blob never (I3, I5)", async () => {
	const order: unknown[] = [];
	const memory = new MemoryStore();
	const source = notingWrites(
		{
			...passOn(memory),
			async put(key, body, options) {
				order.push(["put", key]);
				return await memory.put(key, body, options);
			},
			async delete(keys, call) {
				order.push(["delete", ...keys]);
				return await memory.delete(keys, call);
			},
		},
		{ noteWrite: (key, content) => void order.push(["note", key, content]) },
	);
	await source.put(BLOB, CONTENT);
	await source.put(LINK, DIGEST);
	await source.delete([LINK]);
	expect(order).toEqual([
		["put", BLOB],
		["note", LINK, "sha256:x"],
		["put", LINK],
		["note", LINK, undefined],
		["delete", LINK],
	]);
});
