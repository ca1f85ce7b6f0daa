import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { bytes, expectCode, objectsOf, read, sha256 } from "./objects.ts";

/** The part of the contract that is about this call. */
export function describeGet(current: () => ObjectStore): void {
	describe("get and head", () => {
		test("say that an object is absent", async () => {
			expect(await current().head("nothing/here")).toBeUndefined();
			await expectCode(current().get("nothing/here"), "not-found");
		});

		test("do not take a prefix for an object", async () => {
			await current().put("a/b", bytes("x"));
			expect(await current().head("a")).toBeUndefined();
			await expectCode(current().get("a"), "not-found");
		});

		test("agree with the listing on size and version", async () => {
			const put = await current().put("a", bytes("hello"));
			const [listed] = await objectsOf(current(), { prefix: "" });
			const headed = await current().head("a");
			await using reader = await current().get("a");
			for (const meta of [headed, reader.meta])
				expect(meta).toMatchObject({ size: 5, version: put.version });
			// What has just been written may not be told yet from what is written next.
			expect([put.version, ""]).toContain(listed?.version);
			expect(listed?.size).toBe(5);
		});

		test("read a range", async () => {
			await current().put("a", bytes("0123456789"));
			await using reader = await current().get("a", { start: 2, end: 5 });
			expect(Buffer.from(await reader.bytes(10)).toString()).toBe("234");
			expect(reader.meta.size).toBe(10);
		});

		test.each([
			[{ start: 7 }, "789"],
			[{ end: 3 }, "012"],
			[{ start: 7, end: 100 }, "789"],
			[{ start: 0, end: 10 }, "0123456789"],
		])("read what there is of the range %j", async (range, expected) => {
			await current().put("a", bytes("0123456789"));
			await using reader = await current().get("a", range);
			expect(Buffer.from(await reader.bytes(10)).toString()).toBe(expected);
		});

		test.each([
			{ start: 5, end: 5 },
			{ start: 6, end: 5 },
			{ start: 10 },
			{ start: 11, end: 12 },
		])("refuse the range %j, of which there is nothing", async (range) => {
			await current().put("a", bytes("0123456789"));
			await expectCode(current().get("a", range), "unsupported");
		});

		test("do nothing when cancelled before", async () => {
			await current().put("a", bytes("x"));
			const reason = new Error("cancelled");
			const signal = AbortSignal.abort(reason);
			await expect(current().get("a", { signal })).rejects.toBe(reason);
			await expect(current().head("a", { signal })).rejects.toBe(reason);
		});

		test("refuse to gather more bytes than allowed", async () => {
			await current().put("a", bytes("0123456789"));
			await using reader = await current().get("a");
			await expectCode(reader.bytes(9), "unsupported");
		});

		test("can be given up midway, again and again", async () => {
			const content = randomBytes(3 * 1024 * 1024);
			await current().put("large", content);
			for (let round = 0; round < 20; round++) {
				await using reader = await current().get("large");
				for await (const chunk of reader.stream()) {
					expect(chunk.length).toBeGreaterThan(0);
					break;
				}
			}
			expect(sha256(await read(current(), "large"))).toBe(sha256(content));
		});

		test("stop when cancelled in the middle of a body", async () => {
			await current().put("large", randomBytes(8 * 1024 * 1024));
			const controller = new AbortController();
			const reason = new Error("cancelled");
			await using reader = await current().get("large", {
				signal: controller.signal,
			});
			const reading = (async () => {
				for await (const _chunk of reader.stream()) controller.abort(reason);
			})();
			await expect(reading).rejects.toBe(reason);
		});
	});
}
