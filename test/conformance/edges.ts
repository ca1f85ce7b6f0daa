import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { StoreError } from "../../src/store/errors.ts";
import type { Body, ObjectStore } from "../../src/store/object-store.ts";
import { bodyOf } from "./bodies.ts";
import {
	bytes,
	expectCode,
	keysOf,
	read,
	sha256,
	sha256Of,
	stored,
} from "./objects.ts";

/** A size at which every store sends a body in parts, all of them full. */
const WHOLE_PARTS = 16 * 1024 * 1024;

/** Keys and bodies at the limits of what is allowed, and bodies that are not the same twice. */
export function describeEdges(
	current: () => ObjectStore,
	isEmulator: boolean,
): void {
	describe("keys", () => {
		test.each([
			["in components of 200 bytes", key(1024, 200)],
			["in components of 255 bytes, the most of a file's name", key(1024, 255)],
			["of characters that take four bytes", key(1024, 200, "😀")],
		])(
			"of 1,024 bytes, %s, are stored or refused, whole either way",
			async (_name, long) => {
				expect(Buffer.byteLength(long)).toBe(1024);
				// With the store's prefix it can be too long for the server.
				const isStored = await stored(current(), long);
				const found = isStored ? [long] : [];
				expect(await keysOf(current(), { prefix: "" })).toEqual(found);
				if (!isStored) return;
				expect(await read(current(), long)).toEqual(bytes(long));
				expect(await current().delete([long])).toEqual(new Map());
				expect(await current().head(long)).toBeUndefined();
			},
		);

		test("that look alike in Unicode's two normal forms are two", async () => {
			const composed = "caf\u00E9/1";
			const decomposed = composed.normalize("NFD");
			expect(decomposed).not.toBe(composed);
			await current().put(composed, bytes("composed"));
			expect(await current().head(decomposed)).toBeUndefined();
			await current().put(decomposed, bytes("decomposed"));
			expect(await read(current(), composed)).toEqual(bytes("composed"));
			expect(await read(current(), decomposed)).toEqual(bytes("decomposed"));
			if (!isEmulator)
				expect(await keysOf(current(), { prefix: "" })).toEqual([
					decomposed,
					composed,
				]);
			expect(await current().delete([decomposed])).toEqual(new Map());
			expect(await read(current(), composed)).toEqual(bytes("composed"));
		});

		test.each(["a//b", "/a", "a/", "a/../b"])(
			"like %j are no other key by another spelling",
			async (odd) => {
				await current().put("a/b", bytes("a/b"));
				const looked = await current()
					.head(odd)
					.catch((error: unknown) => {
						expect(error).toMatchObject({ code: "unsupported" });
						return undefined;
					});
				expect(looked).toBeUndefined();
				await expectCode(current().put(odd, bytes("x")), "unsupported");
				expect(await keysOf(current(), { prefix: "" })).toEqual(["a/b"]);
				expect(await read(current(), "a/b")).toEqual(bytes("a/b"));
			},
		);
	});

	describe("a body", () => {
		test.each([
			["one byte less than the multipart threshold", -1],
			["the multipart threshold", 0],
			["one byte more than the multipart threshold", 1],
		])("of %s is stored whole", async (_name, difference) => {
			const { multipartThreshold = 100_000 } = current().can;
			await putAndRead(current(), randomBytes(multipartThreshold + difference));
		});

		test("of parts that are all full is stored whole", async () => {
			await putAndRead(current(), randomBytes(WHOLE_PARTS));
		});

		for (const { title, size } of [
			{ title: "small", size: 1500 },
			{ title: "large", size: WHOLE_PARTS + 1 },
		]) {
			const content = randomBytes(size);
			const options = { digest: sha256Of(content) };

			test(`that is ${title} and has a byte changed midway leaves nothing (I4)`, async () => {
				const body = bodyOf([flipped(content)]);
				await expectCode(current().put("a", body, options), "corrupt");
				expect(await current().head("a")).toBeUndefined();
			});

			test.each([
				["the first", true],
				["the second", false],
			])(
				`that is ${title} and breaks off once is never stored with what %s reading changed (I4)`,
				async (_name, isFirst) => {
					await current().put("a", bytes("old"));
					const [first, second] = isFirst
						? [flipped(content), content]
						: [content, flipped(content)];
					const body = breakingOff(first, second);
					const outcome = await current()
						.put("a", body, options)
						.then(
							() => undefined,
							(error: unknown) => error,
						);
					const isNew = outcome === undefined;
					// A store that does not read it again passes the source's failure on.
					if (!isNew)
						expect(outcome).toMatchObject({
							code: expect.stringMatching(/^(corrupt|unavailable)$/),
						});
					if (!isFirst) expect(isNew).toBe(false);
					const left = isNew ? content : bytes("old");
					expect(sha256(await read(current(), "a"))).toBe(sha256(left));
				},
			);
		}
	});
}

/** A key of so many bytes, whose components have so many at most. */
function key(size: number, component: number, character = "k"): string {
	const width = Buffer.byteLength(character);
	let made = "";
	for (let left = size; left > 0; left -= component + 1) {
		const length = Math.min(component, left);
		const count = Math.floor(length / width);
		const fill = "x".repeat(length - count * width);
		// No component may be empty at the end.
		const next = left - length === 1 ? "y" : left > length ? "/" : "";
		made += character.repeat(count) + fill + next;
	}
	return made;
}

async function putAndRead(store: ObjectStore, content: Buffer): Promise<void> {
	const meta = await store.put("a", bodyOf([content]), {
		digest: sha256Of(content),
	});
	expect(meta.size).toBe(content.length);
	expect((await store.head("a"))?.size).toBe(content.length);
	expect(sha256(await read(store, "a"))).toBe(sha256(content));
}

/** The content with another byte in the middle of its first half. */
function flipped(content: Buffer): Buffer {
	const changed = Buffer.from(content);
	const at = Math.floor(changed.length / 4);
	changed[at] = (changed[at] ?? 0) ^ 1;
	return changed;
}

/** A body that breaks off when it is first read, shortly before its end, and is then another. */
function breakingOff(first: Buffer, second: Buffer): Body {
	let readings = 0;
	const failure = () =>
		new StoreError("unavailable", "the connection broke off", {
			store: "memory://source",
			operation: "get",
		});
	return {
		size: first.length,
		async bytes() {
			if (readings++ === 0) throw failure();
			return second;
		},
		async *open() {
			if (readings++ === 0) {
				yield first.subarray(0, first.length - 1);
				throw failure();
			}
			yield second;
		},
	};
}
