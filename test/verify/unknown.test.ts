import { describe, expect, it } from "vitest";
import { StoreError } from "../../src/store/errors.ts";
import type { VerifyEvent } from "../../src/verify/event.ts";
import {
	altered,
	failingAfter,
	failure,
	withoutMd5,
	withUnreadable,
} from "./altered-stores.ts";
import { check, findingsOf } from "./check.ts";
import { equalSides } from "./registry.ts";

describe("verify › what is unknown (I2)", () => {
	const prefix = "docker/registry/v2/repositories/";

	it("takes nothing for missing or extra in a range that could not be listed", async () => {
		const { source, target, keys } = await equalSides();
		const inside = keys.filter((key) => key.startsWith(prefix)).length;
		for (const side of ["source", "target"] as const) {
			const result = await check(
				side === "source" ? withUnreadable(source, prefix) : source,
				side === "target" ? withUnreadable(target, prefix) : target,
			);
			expect(findingsOf(result)).toMatchObject([
				{
					kind: "unknown",
					cause: "unknown",
					key: prefix,
					error: { side, code: "permission-denied" },
				},
			]);
			expect(result).toMatchObject({
				isEqual: false,
				uncompared: inside,
				compared: keys.length - inside,
			});
		}
	});

	it("still finds what is missing outside it", async () => {
		const { source, target, layerBlob } = await equalSides();
		await target.delete([layerBlob]);
		const result = await check(source, withUnreadable(target, prefix));
		expect(findingsOf(result).map(({ key }) => key)).toEqual([
			layerBlob,
			prefix,
		]);
	});

	it("takes no single key that could not be looked at for missing", async () => {
		const { source, target, currentLink } = await equalSides();
		const result = await check(source, withUnreadable(target, currentLink));
		expect(findingsOf(result)).toMatchObject([
			{ kind: "unknown", key: currentLink },
		]);
	});

	it("does not say that a key is missing when a store does not answer", async () => {
		const { source, target, currentLink } = await equalSides();
		await target.delete([currentLink]);
		const silent = altered(target, {
			head: () => Promise.reject(failure("unavailable", currentLink)),
		});
		const result = await check(source, silent);
		expect(findingsOf(result)).toMatchObject([
			{
				kind: "unknown",
				cause: "unknown",
				key: currentLink,
				source: { size: 71 },
				error: { side: "target", code: "unavailable" },
			},
		]);
		expect(result.isEqual).toBe(false);
	});

	it("does not say that a link is equal or different when it cannot be read", async () => {
		const { source, target, currentLink } = await equalSides();
		const unreadable = altered(source, {
			async get(key, options) {
				if (key === currentLink) throw failure("permission-denied", key);
				return await source.get(key, options);
			},
		});
		const result = await check(withoutMd5(unreadable), target);
		expect(findingsOf(result)).toMatchObject([
			{
				kind: "unknown",
				cause: "unknown",
				key: currentLink,
				error: { side: "source", code: "permission-denied" },
			},
		]);
		expect(result.isEqual).toBe(false);
	});

	it("says that a blob is missing, and not why, when the source's cannot be read", async () => {
		const { source, target, layerBlob } = await equalSides();
		await target.delete([layerBlob]);
		const unreadable = altered(source, {
			get: (key) => Promise.reject(failure("permission-denied", key)),
		});
		expect(findingsOf(await check(unreadable, target))).toMatchObject([
			{ kind: "missing", cause: "unknown", key: layerBlob },
		]);
	});

	it.each(["source", "target"] as const)(
		"rejects with the error of the listing that fails at the %s, and says nothing is missing",
		async (side) => {
			const sides = await equalSides();
			const pages = await Array.fromAsync(
				sides[side].list({ prefix: "docker/registry/" }),
			);
			const [first] = pages;
			const page = {
				objects: first?.objects.slice(0, 2) ?? [],
				prefixes: [],
				unreadable: [],
			};
			const error = failure("unavailable");
			const failing = altered(sides[side], {
				list: () => failingAfter([page], error),
			});
			const events: VerifyEvent[] = [];
			const options = { observe: (event: VerifyEvent) => events.push(event) };
			await expect(
				side === "source"
					? check(failing, sides.target, options)
					: check(sides.source, failing, options),
			).rejects.toBe(error);
			expect(events.filter(({ type }) => type === "finding")).toEqual([]);
		},
	);

	it.each(["source", "target"] as const)(
		"rejects when the %s lists keys out of order",
		async (side) => {
			const sides = await equalSides();
			const reversed = altered(sides[side], {
				async *list(options) {
					for await (const page of sides[side].list(options))
						yield { ...page, objects: page.objects.toReversed() };
				},
			});
			const checking =
				side === "source"
					? check(reversed, sides.target)
					: check(sides.source, reversed);
			await expect(checking).rejects.toMatchObject({
				constructor: StoreError,
				code: "unsupported",
				store: `memory://${side}`,
			});
		},
	);
});
