import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { StoreError } from "../../src/store/errors.ts";
import type { ObjectStore, PutOptions } from "../../src/store/object-store.ts";
import { bodyOf, failingBody } from "./bodies.ts";
import type { StoreHarness } from "./describe-store.ts";
import {
	bytes,
	expectCode,
	keysOf,
	read,
	sha256,
	sha256Of,
} from "./objects.ts";

/** The part of the contract that is about this call. */
export function describePut(
	current: () => ObjectStore,
	{ reopen, isEmulator = false, keepsBackslashes = true }: StoreHarness,
): void {
	describe("put", () => {
		test("stores bytes that another opening of the store reads", async () => {
			const meta = await current().put("a/b/c", bytes("hello"));
			expect(meta).toMatchObject({ key: "a/b/c", size: 5 });
			const second = await reopen(current());
			expect(await read(second, "a/b/c")).toEqual(bytes("hello"));
			expect((await second.head("a/b/c"))?.version).toBe(meta.version);
			await second[Symbol.asyncDispose]();
		});

		test("stores an empty object", async () => {
			await current().put("empty", bytes(""));
			expect(await current().head("empty")).toMatchObject({ size: 0 });
			expect(await read(current(), "empty")).toEqual(bytes(""));
		});

		test("gives content that differs another version", async () => {
			const first = await current().put("a", bytes("one"));
			const second = await current().put("a", bytes("two"));
			expect(second.version).not.toBe(first.version);
			expect(await read(current(), "a")).toEqual(bytes("two"));
		});

		test.each([
			'a b+c%20d&e=f?g#h/ü€/😀/(1)!\'*~/x:y@z,;$/<tag>"quoted"',
			...(keepsBackslashes ? [BACKSLASH] : []),
		])("takes the key %j, with every kind of character", async (key) => {
			await current().put(key, bytes("odd"));
			expect(await read(current(), key)).toEqual(bytes("odd"));
			expect(await keysOf(current(), { prefix: "" })).toEqual([key]);
			expect(await current().delete([key])).toEqual(new Map());
			expect(await current().head(key)).toBeUndefined();
		});

		if (!keepsBackslashes)
			test("refuses a key that the server would make another one", async () => {
				const other = BACKSLASH.replace("\\", "/");
				await current().put(other, bytes("other"));
				await expectCode(current().put(BACKSLASH, bytes("x")), "unsupported");
				await expectCode(current().head(BACKSLASH), "unsupported");
				await expectCode(current().get(BACKSLASH), "unsupported");
				const failures = await current().delete([BACKSLASH]);
				expect([...failures].map(([key, { code }]) => [key, code])).toEqual([
					[BACKSLASH, "unsupported"],
				]);
				expect(await read(current(), other)).toEqual(bytes("other"));
			});

		test.each([
			"",
			"/a",
			"a/",
			"a//b",
			"../a",
			"a/./b",
			"a\0b",
			"k".repeat(1025),
			"a\uD800b",
		])("refuses the key %j", async (key) => {
			await expectCode(current().put(key, bytes("x")), "unsupported");
		});

		test("stores a body that has the digest it should have", async () => {
			const content = bytes("proven");
			await current().put("a", content, { digest: sha256Of(content) });
			expect(await read(current(), "a")).toEqual(content);
		});

		for (const { title, size } of SIZES) {
			const content = randomBytes(size);

			test(`${title}: stores a body that is opened`, async () => {
				const options = { digest: sha256Of(content) };
				const meta = await current().put("a", bodyOf([content]), options);
				expect(meta.size).toBe(size);
				expect(sha256(await read(current(), "a"))).toBe(options.digest.hex);
			});

			test(`${title}: leaves nothing when the digest is wrong`, async () => {
				const options = { digest: sha256Of(bytes("something else")) };
				await expectCode(
					current().put("a", bodyOf([content]), options),
					"corrupt",
				);
				expect(await current().head("a")).toBeUndefined();
			});

			test.each([
				["few", -1],
				["many", 1],
			])(
				`${title}: leaves the old object when the body has too %s bytes`,
				async (_name, difference) => {
					await current().put("a", bytes("old"));
					const body = bodyOf([content], size - difference);
					await expectCode(current().put("a", body), "incomplete");
					expect(await read(current(), "a")).toEqual(bytes("old"));
				},
			);

			test(`${title}: leaves the old object when the source fails midway`, async () => {
				await current().put("a", bytes("old"));
				const failure = new Error("the source failed");
				await expect(
					current().put("a", failingBody(content, failure)),
				).rejects.toSatisfy(
					(error) =>
						error === failure ||
						(error instanceof StoreError && error.cause === failure),
				);
				expect(await read(current(), "a")).toEqual(bytes("old"));
			});

			test(`${title}: leaves the old object when cancelled midway`, async () => {
				await current().put("a", bytes("old"));
				const controller = new AbortController();
				const reason = new Error("cancelled");
				const half = content.subarray(0, size / 2);
				const body = bodyOf([half, content.subarray(half.length)], size, {
					afterFirst: () => controller.abort(reason),
				});
				await expect(
					current().put("a", body, { signal: controller.signal }),
				).rejects.toBe(reason);
				expect(await read(current(), "a")).toEqual(bytes("old"));
			});

			test(`${title}: leaves the old object when cancelled at the last byte`, async () => {
				await current().put("a", bytes("old"));
				const controller = new AbortController();
				const reason = new Error("cancelled");
				const body = bodyOf([content], size, {
					atEnd: () => controller.abort(reason),
				});
				await expect(
					current().put("a", body, { signal: controller.signal }),
				).rejects.toBe(reason);
				expect(await read(current(), "a")).toEqual(bytes("old"));
			});
		}

		test("does nothing when cancelled before", async () => {
			const reason = new Error("cancelled");
			const signal = AbortSignal.abort(reason);
			await expect(current().put("a", bytes("x"), { signal })).rejects.toBe(
				reason,
			);
			expect(await current().head("a")).toBeUndefined();
		});

		test.skipIf(isEmulator)(
			"on condition of absence refuses to replace, or says that it cannot",
			async () => {
				const options: PutOptions = { only: "absent" };
				const isHonoured = await honours(current(), bytes("first"), options);
				// Some stores find it out by the first such put.
				expect(current().can.putIfAbsent).toBe(isHonoured);
				if (!isHonoured) {
					expect(await current().head("a")).toBeUndefined();
					return;
				}
				await expectCode(
					current().put("a", bytes("second"), options),
					"precondition-failed",
				);
				expect(await read(current(), "a")).toEqual(bytes("first"));
			},
		);

		test.skipIf(isEmulator)(
			"on condition of a version replaces only that one, or says that it cannot",
			async () => {
				const { version } = await current().put("a", bytes("first"));
				const options: PutOptions = { only: { version } };
				const isHonoured = await honours(current(), bytes("second"), options);
				expect(current().can.putIfVersion).toBe(isHonoured);
				if (!isHonoured) {
					expect(await read(current(), "a")).toEqual(bytes("first"));
					return;
				}
				await expectCode(
					current().put("a", bytes("third"), { only: { version } }),
					"precondition-failed",
				);
				expect(await read(current(), "a")).toEqual(bytes("second"));
			},
		);
	});
}

/** Puts "a" on a condition that holds; false when the store says that it cannot. */
async function honours(
	store: ObjectStore,
	body: Buffer,
	options: PutOptions,
): Promise<boolean> {
	try {
		await store.put("a", body, options);
		return true;
	} catch (error) {
		if (error instanceof StoreError && error.code === "unsupported")
			return false;
		throw error;
	}
}

const BACKSLASH = "back\\slash/a";

/** Bodies of the sizes at which stores change how they work. The middle one is over every multipart threshold. */
const SIZES = [
	{ title: "a small body", size: 1500 },
	{ title: "a body in parts", size: 17 * 1024 * 1024 + 1 },
];
