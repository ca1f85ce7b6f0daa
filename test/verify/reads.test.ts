import { describe, expect, it } from "vitest";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import { altered, failure, watched, withoutMd5 } from "./altered-stores.ts";
import { check, findingsOf } from "./check.ts";
import { equalSides } from "./registry.ts";

describe("verify › reads", () => {
	it("nothing but the target's marker where checksums on both sides prove the links equal", async () => {
		const { source, target } = await equalSides();
		const [left, right] = [watched(source), watched(target)];
		await check(left.store, right.store);
		expect([left.opened, right.opened]).toEqual([[], [MARKER_KEY]]);
	});

	it("links on the side that has no checksums, and nothing on the other", async () => {
		const { source, target, keys } = await equalSides();
		const [left, right] = [watched(source), watched(target)];
		await check(withoutMd5(left.store), right.store);
		expect(left.opened).toEqual(
			keys.filter((key) => !key.endsWith("/data")).sort(),
		);
		expect(right.opened).toEqual([MARKER_KEY]);
		left.opened.length = 0;
		right.opened.length = 0;
		await check(left.store, withoutMd5(right.store));
		expect(left.opened).toEqual([]);
		expect(right.opened).toHaveLength(keys.length - 2 + 1);
	});

	it("both contents where checksums differ, which proves nothing (I9)", async () => {
		const { source, target, keys } = await equalSides();
		const encrypted = altered(target, {
			async *list(options) {
				for await (const page of target.list(options)) {
					yield {
						...page,
						objects: page.objects.map((meta) => ({
							...meta,
							md5: "0".repeat(32),
						})),
					};
				}
			},
		});
		for (const store of [source, withoutMd5(source)]) {
			const result = await check(store, encrypted);
			expect(findingsOf(result)).toEqual([]);
			expect(result).toMatchObject({ isEqual: true, compared: keys.length });
		}
	});

	it("no more at a time than allowed", async () => {
		const { source, target } = await equalSides();
		let open = 0;
		let most = 0;
		const slow = altered(source, {
			async get(key, options) {
				most = Math.max(most, ++open);
				await new Promise((resolve) => setTimeout(resolve, 2));
				open--;
				return await source.get(key, options);
			},
		});
		await check(withoutMd5(slow), target, { concurrency: 2 });
		expect(most).toBe(2);
	});

	it("a body again that broke off", async () => {
		const { source, target, currentLink } = await equalSides();
		let attempts = 0;
		const flaky = altered(source, {
			async get(key, options) {
				const reader = await source.get(key, options);
				if (key !== currentLink || ++attempts > 2) return reader;
				return {
					...reader,
					bytes: () => Promise.reject(failure("unavailable", key)),
				};
			},
		});
		const result = await check(withoutMd5(flaky), target);
		expect(findingsOf(result)).toEqual([]);
		expect(attempts).toBe(3);
	});
});
