import {
	readdirSync,
	rmSync,
	truncateSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { appendFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { bodyOf, failingBody } from "../../conformance/bodies.ts";
import { bytes, expectCode, sha256Of } from "../../conformance/objects.ts";
import { TemporaryRoot } from "./temporary-root.ts";

const LARGE = 3 * 1024 * 1024 + 5;

describe("an open file", () => {
	test("that shrinks before it is read is incomplete", async () => {
		using root = new TemporaryRoot();
		for (const size of [71, LARGE]) {
			writeFileSync(root.at("a"), Buffer.alloc(size));
			await using reader = await root.store.get("a");
			await using other = await root.store.get("a");
			truncateSync(root.at("a"), size - 1);
			await expectCode(reader.bytes(size), "incomplete");
			await expectCode(Array.fromAsync(other.stream()), "incomplete");
		}
	});

	test("that grows before it is read is incomplete, except for a part in front of its end", async () => {
		using root = new TemporaryRoot();
		for (const size of [0, 71, LARGE]) {
			writeFileSync(root.at("a"), Buffer.alloc(size));
			await using reader = await root.store.get("a");
			await using other = await root.store.get("a");
			await appendFile(root.at("a"), "more");
			await expectCode(reader.bytes(size), "incomplete");
			await expectCode(Array.fromAsync(other.stream()), "incomplete");
		}
		await using part = await root.store.get("a", { end: 70 });
		await appendFile(root.at("a"), "more");
		expect(await part.bytes(70)).toHaveLength(70);
	});

	test("that is rewritten in place between its pieces is incomplete, though as long as before", async () => {
		using root = new TemporaryRoot();
		writeFileSync(root.at("a"), Buffer.alloc(LARGE, "old"));
		utimesSync(root.at("a"), 1000, 1000);
		await using reader = await root.store.get("a");
		let pieces = 0;
		const reading = (async () => {
			for await (const _piece of reader.stream())
				if (pieces++ === 0)
					writeFileSync(root.at("a"), Buffer.alloc(LARGE, "new"));
		})();
		await expectCode(reading, "incomplete");
		expect(pieces).toBeGreaterThan(1);
	});

	test("that is deleted is read to its end as it was", async () => {
		using root = new TemporaryRoot();
		for (const size of [71, LARGE]) {
			writeFileSync(root.at("a"), Buffer.alloc(size));
			await using reader = await root.store.get("a");
			await using other = await root.store.get("a");
			rmSync(root.at("a"));
			expect(await reader.bytes(size)).toHaveLength(size);
			const pieces = await Array.fromAsync(other.stream());
			expect(Buffer.concat(pieces)).toHaveLength(size);
			await expectCode(root.store.get("a"), "not-found");
		}
	});

	test("that is replaced is read to its end as it was", async () => {
		using root = new TemporaryRoot();
		await root.store.put("a", bytes("old"));
		await using reader = await root.store.get("a");
		await root.store.put("a", bytes("newer"));
		expect(Buffer.from(await reader.bytes(10)).toString()).toBe("old");
	});

	test("gives pieces that hold until the next is asked for, in the memory of one (I8)", async () => {
		using root = new TemporaryRoot();
		const content = Buffer.alloc(LARGE, "abcdefg");
		await root.store.put("a", content);
		await using reader = await root.store.get("a");
		const copies: Buffer[] = [];
		const memory = new Set<ArrayBufferLike>();
		for await (const piece of reader.stream()) {
			await new Promise(setImmediate);
			copies.push(Buffer.from(piece));
			memory.add(piece.buffer);
		}
		expect(copies.length).toBeGreaterThan(1);
		expect(Buffer.concat(copies).equals(content)).toBe(true);
		expect(memory.size).toBe(1);
	});

	test("cannot be read once it is closed", async () => {
		using root = new TemporaryRoot();
		await root.store.put("a", bytes("content"));
		const reader = await root.store.get("a");
		await reader[Symbol.asyncDispose]();
		await reader[Symbol.asyncDispose]();
		await expectCode(reader.bytes(10), "unknown");
		await expectCode(Array.fromAsync(reader.stream()), "unknown");
	});
});

const descriptors = () => readdirSync("/proc/self/fd").length;

test.skipIf(process.platform !== "linux")(
	"no call leaves a file open, whatever happens to it (I8)",
	async () => {
		using root = new TemporaryRoot();
		const { store } = root;
		await root.fill("d/1", "e/2");
		await store.put("large", Buffer.alloc(LARGE));
		const round = async () => {
			await using reader = await store.get("large");
			for await (const _chunk of reader.stream()) break;
			await using unread = await store.get("large");
			await expectCode(unread.bytes(1), "unsupported");
			await expectCode(store.get("d"), "not-found");
			await expectCode(store.get("absent"), "not-found");
			await expectCode(store.get("d/1", { start: 99 }), "unsupported");
			for await (const _page of store.list({ prefix: "" })) break;
			await store.put("d/3", bytes("x"));
			await expectCode(store.put("d/3", bodyOf([bytes("x")], 9)), "incomplete");
			const wrong = { digest: sha256Of(bytes("y")) };
			await expectCode(store.put("d/3", bytes("x"), wrong), "corrupt");
			const failing = failingBody(bytes("content"), new Error("failed"));
			await expectCode(store.put("d/3", failing), "unknown");
			await expectCode(store.put("d", bytes("x")), "unsupported");
			await expectCode(store.put("d/3/x", bytes("x")), "unsupported");
			await expectCode(
				store.put("d/3", bytes("x"), { only: "absent" }),
				"precondition-failed",
			);
			await store.delete(["d/3", "d/absent"]);
		};
		await round();
		const before = descriptors();
		for (let count = 0; count < 10; count++) await round();
		expect(descriptors()).toBeLessThanOrEqual(before);
	},
);
