import { describe, expect, it } from "vitest";
import { formatDigest } from "../../src/layout/digest.ts";
import { formatKey } from "../../src/layout/paths.ts";
import { altered, failure, withoutMd5 } from "./altered-stores.ts";
import { check, findingsOf } from "./check.ts";
import { equalSides, put, sha256 } from "./registry.ts";

describe("verify › a registry at work", () => {
	it("does not miss what was deleted in the source after it was listed", async () => {
		const { source, target, currentLink } = await equalSides();
		await target.delete([currentLink]);
		const deleting = altered(source, {
			async *list(options) {
				const pages = await Array.fromAsync(source.list(options));
				await source.delete([currentLink]);
				yield* pages;
			},
		});
		expect(findingsOf(await check(deleting, target))).toEqual([]);
	});

	it("does not miss what was copied to the target after it was listed", async () => {
		const { source, target, currentLink, manifest } = await equalSides();
		await target.delete([currentLink]);
		const growing = altered(target, {
			async *list(options) {
				const pages = await Array.fromAsync(target.list(options));
				await put(target, currentLink, formatDigest(manifest));
				yield* pages;
			},
		});
		const result = await check(source, growing);
		expect(findingsOf(result)).toEqual([]);
		expect(result.isEqual).toBe(true);
	});

	it("compares afresh what was moved on both sides after it was listed", async () => {
		const { source, target, currentLink } = await equalSides();
		const moved = formatDigest(sha256("moved"));
		const moving = altered(source, {
			async *list(options) {
				yield* await Array.fromAsync(source.list(options));
				for (const store of [source, target])
					await put(store, currentLink, moved);
			},
		});
		const result = await check(moving, target);
		expect(findingsOf(result)).toEqual([]);
	});

	it("names a tag that was made since as expected, and not as equal", async () => {
		const { source, target, manifest } = await equalSides();
		const key = formatKey({
			kind: "current",
			repository: "acme/app",
			tag: "v2",
		});
		const startedAt = Date.now() - 5000;
		await put(source, key, formatDigest(manifest));
		const result = await check(source, target, { clock: () => startedAt });
		expect(result).toMatchObject({ startedAt, isEqual: false });
		expect(findingsOf(result)).toMatchObject([
			{ kind: "missing", cause: "expected", key },
		]);
	});

	it("does not say that a link is empty which is being written when it is read", async () => {
		const { source, target, currentLink } = await equalSides();
		let reads = 0;
		const writing = altered(source, {
			async get(key, options) {
				const reader = await source.get(key, options);
				if (key !== currentLink || ++reads > 1) return reader;
				return { ...reader, bytes: async () => new Uint8Array() };
			},
		});
		expect(findingsOf(await check(withoutMd5(writing), target))).toEqual([]);
		expect(reads).toBe(2);
	});

	it("asks again about what goes away just before it is read, and gives up on what does so always", async () => {
		const { source, target, currentLink } = await equalSides();
		const vanishing = (times: number) => {
			let left = times;
			return altered(source, {
				async get(key, options) {
					if (key === currentLink && left-- > 0)
						throw failure("not-found", key);
					return await source.get(key, options);
				},
			});
		};
		const briefly = await check(withoutMd5(vanishing(2)), target);
		expect(findingsOf(briefly)).toEqual([]);
		const always = await check(withoutMd5(vanishing(Infinity)), target);
		expect(findingsOf(always)).toMatchObject([
			{ kind: "unknown", error: { code: "not-found" } },
		]);
	});
});
