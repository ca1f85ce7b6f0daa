import { describe, expect, it } from "vitest";
import { formatDigest } from "../../src/layout/digest.ts";
import { blobKey } from "../../src/layout/paths.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { VERIFY_LEVELS } from "../../src/verify/verify.ts";
import {
	altered,
	unchanged,
	watched,
	withMarker,
	withoutMd5,
} from "./altered-stores.ts";
import { check, findingsOf } from "./check.ts";
import { equalSides, put, sha256 } from "./registry.ts";

describe("verify › default", () => {
	it("finds nothing where both sides have the same", async () => {
		const { source, target, keys } = await equalSides();
		const result = await check(source, target);
		expect(result).toMatchObject({
			level: "default",
			isEqual: true,
			compared: keys.length,
			uncompared: 0,
		});
		expect(findingsOf(result)).toEqual([]);
	});

	it.each(VERIFY_LEVELS)(
		"proves nothing by two empty sides, at the level %s",
		async (level) => {
			const { source, target, keys } = await equalSides();
			await source.delete(keys);
			await target.delete(keys);
			expect(await check(source, target, { level })).toMatchObject({
				isEqual: false,
				source: { objects: 0 },
			});
		},
	);

	it("gives a result that JSON keeps as it is", async () => {
		const { source, target, currentLink } = await equalSides();
		await put(source, currentLink, "");
		const result = await check(source, target);
		expect(JSON.parse(JSON.stringify(result))).toEqual(result);
	});

	it("writes to neither side", async () => {
		const { source, target, keys } = await equalSides();
		await target.delete(keys.slice(3));
		const refuse = async () => {
			throw new Error("a write");
		};
		const sealed = (store: ObjectStore) =>
			altered(store, { put: refuse, delete: refuse });
		const result = await check(sealed(source), sealed(target));
		expect(result.findings.missing.count).toBe(keys.length - 3);
	});

	it.each([
		["source", withoutMd5, unchanged],
		["target", unchanged, withoutMd5],
		["both sides", withoutMd5, withoutMd5],
	])(
		"finds a malformed link of the right length on both sides, where it reads the %s",
		async (_title, asSource, asTarget) => {
			const { source, target, currentLink } = await equalSides();
			for (const store of [source, target])
				await put(store, currentLink, "x".repeat(71));
			const result = await check(asSource(source), asTarget(target));
			expect(findingsOf(result)).toMatchObject([
				{ kind: "corrupt", cause: "source", key: currentLink },
			]);
		},
	);

	it("says what is on each side", async () => {
		const { source, target, currentLink, layerBlob, lock, manifest } =
			await equalSides();
		const another = formatDigest(sha256("something else"));
		await put(target, currentLink, another);
		await put(source, layerBlob, "a LAYER");
		await target.delete([layerBlob]);
		await put(target, lock, '{"version":2}');
		const findings = findingsOf(await check(source, target));
		const byKey = (key: string) => findings.find((one) => one.key === key);
		expect(byKey(currentLink)).toMatchObject({
			source: { size: 71, content: formatDigest(manifest) },
			target: { size: 71, content: another },
		});
		const corrupt = byKey(layerBlob);
		expect(corrupt?.source).toMatchObject({
			size: 7,
			digest: formatDigest(sha256("a LAYER")),
		});
		expect(corrupt?.target).toBeUndefined();
		expect(byKey(lock)).toMatchObject({
			source: { digest: formatDigest(sha256('{"version":1}')) },
			target: { digest: formatDigest(sha256('{"version":2}')) },
		});
	});

	it("takes an empty layer for what it is", async () => {
		const { source, target } = await equalSides();
		for (const store of [source, target])
			await put(store, blobKey(sha256("")), "");
		expect((await check(source, target)).isEqual).toBe(true);
	});

	it("accepts links with digests of other algorithms", async () => {
		const { source, target, currentLink } = await equalSides();
		for (const store of [source, target])
			await put(store, currentLink, `sha512:${"a1".repeat(64)}`);
		expect((await check(source, target)).isEqual).toBe(true);
	});

	it("finds directory markers at the target", async () => {
		const { source, target } = await equalSides();
		const key = "docker/registry/v2/repositories/acme/app/_manifests/tags/";
		const result = await check(source, withMarker(target, key));
		expect(findingsOf(result)).toEqual([
			expect.objectContaining({ kind: "marker", cause: "migration", key }),
		]);
		expect(result.isEqual).toBe(false);
		expect(result.target.ignored.marker.objects).toBe(1);
		const both = await check(withMarker(source, key), withMarker(target, key));
		expect(both.findings.marker.causes.source).toBe(1);
		const inSource = await check(withMarker(source, key), target);
		expect(inSource.isEqual).toBe(true);
		expect(inSource.source.ignored.marker.objects).toBe(1);
	});

	it("does not know the fault of a missing blob when there is too much to read", async () => {
		const { source, target, layerBlob, manifestBlob } = await equalSides();
		await target.delete([layerBlob, manifestBlob]);
		const { store, opened } = watched(source);
		const options = { maxProofBytes: 1, concurrency: 1 };
		const result = await check(store, target, options);
		expect(result.findings.missing).toMatchObject({
			count: 2,
			causes: { migration: 1, unknown: 1 },
		});
		expect(opened).toHaveLength(1);
	});

	it("does not know the fault of a missing blob of an unknown algorithm", async () => {
		const { source, target } = await equalSides();
		const digest = { algorithm: "blake3", hex: "ab".repeat(32) };
		await put(source, blobKey(digest), "something");
		const result = await check(source, target);
		expect(findingsOf(result)).toMatchObject([
			{ kind: "missing", cause: "unknown", key: blobKey(digest) },
		]);
	});
});
