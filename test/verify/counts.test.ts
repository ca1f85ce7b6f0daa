import { describe, expect, it } from "vitest";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { VERIFY_LEVELS } from "../../src/verify/verify.ts";
import {
	altered,
	failingAfter,
	failure,
	withUnreadable,
} from "./altered-stores.ts";
import { check, findingsOf } from "./check.ts";
import { equalSides, put } from "./registry.ts";

describe("verify › counts", () => {
	it("finds as many objects on both sides", async () => {
		const { source, target, keys } = await equalSides();
		const result = await check(source, target, { level: "counts" });
		expect(result).toMatchObject({ level: "counts", isEqual: true });
		expect(result.source).toMatchObject({
			url: "memory://source",
			objects: keys.length,
			uploads: 0,
			kinds: {
				blob: { objects: 2, bytes: 17 },
				layer: { objects: 1, bytes: 71 },
				revision: { objects: 1 },
				index: { objects: 1 },
				current: { objects: 1 },
				signature: { objects: 0 },
				lock: { objects: 1 },
				other: { objects: 1 },
			},
		});
		expect({ ...result.target, url: "" }).toEqual({
			...result.source,
			url: "",
		});
	});

	it("finds another number", async () => {
		const { source, target, currentLink } = await equalSides();
		await target.delete([currentLink]);
		const result = await check(source, target, { level: "counts" });
		expect(result.isEqual).toBe(false);
		expect(result.source.objects - result.target.objects).toBe(1);
	});

	it("opens nothing but the marker and asks about nothing", async () => {
		const { source, target } = await equalSides();
		const refuse = async () => {
			throw new Error("not at this level");
		};
		const closed = (store: ObjectStore) =>
			altered(store, {
				get: (key) => (key === MARKER_KEY ? store.get(key) : refuse()),
				head: refuse,
			});
		expect(
			await check(closed(source), closed(target), { level: "counts" }),
		).toMatchObject({ isEqual: true });
	});

	it.each(VERIFY_LEVELS)(
		"counts what is never copied apart, by its reason, at the level %s",
		async (level) => {
			const { source, target, layerBlob, currentLink, keys } =
				await equalSides();
			await put(source, `${layerBlob}.123.tmp`, "half");
			await put(source, currentLink.replace(/link$/, "link~"), "a backup");
			const uploads = "docker/registry/v2/repositories/acme/app/_uploads/";
			await put(source, `${uploads}1/data`, "half");
			await put(source, `${uploads}2/data`, "half");
			await put(source, "lost+found/x", "outside");
			const { isEqual, ...result } = await check(source, target, { level });
			expect(isEqual).toBe(true);
			expect(result.source).toMatchObject({
				objects: keys.length,
				uploads: 1,
				ignored: {
					marker: { objects: 0, bytes: 0 },
					temporary: { objects: 1, bytes: 4 },
					stray: { objects: 1, bytes: 8 },
				},
			});
			expect(findingsOf({ isEqual, ...result })).toEqual([]);
		},
	);

	it("does not take two numbers for equal while anything is unknown", async () => {
		const { source, target } = await equalSides();
		const prefix = "docker/registry/v2/repositories/acme/other/";
		const result = await check(withUnreadable(source, prefix), target, {
			level: "counts",
		});
		expect(result.source.objects).toBe(result.target.objects);
		expect(result.isEqual).toBe(false);
		expect(result.findings.unknown.count).toBe(1);
	});

	it("rejects when a listing fails", async () => {
		const { source, target } = await equalSides();
		const error = failure("unavailable");
		const failing = altered(target, { list: () => failingAfter([], error) });
		await expect(check(source, failing, { level: "counts" })).rejects.toBe(
			error,
		);
	});
});
