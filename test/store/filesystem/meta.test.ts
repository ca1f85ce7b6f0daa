import { statSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { FilesystemStore } from "../../../src/store/filesystem/filesystem-store.ts";
import {
	listedMetaOf,
	settledBefore,
} from "../../../src/store/filesystem/meta.ts";
import { objectsOf } from "../../conformance/objects.ts";
import { TemporaryRoot } from "./temporary-root.ts";

describe("the version that a listing tells", () => {
	test.each([
		["changed long ago", true, -60_000, true],
		["changed a little more than two seconds ago", true, -2001, true],
		["changed two seconds ago", true, -2000, false],
		["changed just now", true, 0, false],
		["changed in the future", true, 60_000, false],
		["changed long ago, elsewhere", false, -60_000, false],
	])("of a file that was %s (local: %j)", (_what, isLocal, ago, isTold) => {
		using root = new TemporaryRoot();
		writeFileSync(root.at("a"), "x");
		const stats = statSync(root.at("a"));
		const settledBeforeMs = settledBefore(stats.ctimeMs - ago);
		const { version } = listedMetaOf("a", stats, { isLocal, settledBeforeMs });
		expect(version !== "").toBe(isTold);
	});
});

describe("a listing", () => {
	afterEach(() => {
		vi.useRealTimers();
	});

	const versions = async (store: FilesystemStore) =>
		(await objectsOf(store, { prefix: "", only: () => ["link"] })).map(
			({ version }) => version,
		);

	test("cannot tell the version of what has just been written: in the same tick it may be written again", async () => {
		using root = new TemporaryRoot();
		await root.fill("a", "tag/link");
		expect(await versions(root.store)).toEqual(["", ""]);
		expect((await root.store.head("a"))?.version).not.toBe("");
	});

	test("tells that of what has settled, which is that of the object", async () => {
		using root = new TemporaryRoot();
		await root.fill("a", "tag/link");
		vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
		const [of, ofLink] = await versions(root.store);
		expect(of).toBe((await root.store.head("a"))?.version);
		expect(ofLink).toBe((await root.store.head("tag/link"))?.version);
		expect(of).not.toBe("");
	});

	test("never tells one where attributes can be old", async () => {
		using root = new TemporaryRoot();
		await root.fill("a", "tag/link");
		vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
		const far = new FilesystemStore(root.path, { isLocal: () => false });
		expect(await versions(far)).toEqual(["", ""]);
	});
});
