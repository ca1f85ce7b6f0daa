import { describe, expect, test } from "vitest";
import { ObjectBody, readProven } from "../../src/store/body.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { bodyOf } from "../conformance/bodies.ts";
import { bytes, expectCode, sha256Of } from "../conformance/objects.ts";

const ABOUT = { store: "memory://", operation: "put", key: "a" };

/** A store, and how many of its readers are open. */
function counting(store: ObjectStore) {
	const count = { opened: 0, open: 0 };
	const get: ObjectStore["get"] = async (key, options) => {
		const reader = await store.get(key, options);
		count.opened++;
		count.open++;
		return {
			meta: reader.meta,
			bytes: (most) => reader.bytes(most),
			stream: () => reader.stream(),
			async [Symbol.asyncDispose]() {
				count.open--;
				await reader[Symbol.asyncDispose]();
			},
		};
	};
	return {
		count,
		store: {
			url: store.url,
			identity: store.identity,
			can: store.can,
			address: (key: string) => store.address(key),
			head: store.head.bind(store),
			get,
			put: store.put.bind(store),
			delete: store.delete.bind(store),
			list: store.list.bind(store),
			[Symbol.asyncDispose]: store[Symbol.asyncDispose].bind(store),
		} satisfies ObjectStore,
	};
}

describe("the content of an object as a body", () => {
	test("is read anew each time, and only when it is asked for", async () => {
		const { store, count } = counting(new MemoryStore());
		const meta = await store.put("a", bytes("content"));
		const body = new ObjectBody(store, meta);
		expect(body.size).toBe(7);
		expect(count.opened).toBe(0);
		for (let round = 0; round < 2; round++) {
			expect(Buffer.from(await body.bytes()).toString()).toBe("content");
			expect(Buffer.concat(await Array.fromAsync(body.open())).toString()).toBe(
				"content",
			);
		}
		expect(count).toEqual({ opened: 4, open: 0 });
	});

	test("closes its reader when it is given up midway, or its user fails", async () => {
		const { store, count } = counting(new MemoryStore());
		const body = new ObjectBody(store, await store.put("a", bytes("content")));
		for await (const _chunk of body.open()) break;
		expect(count).toEqual({ opened: 1, open: 0 });
		const failing = (async () => {
			for await (const _chunk of body.open())
				throw new Error("the user failed");
		})();
		await expect(failing).rejects.toThrow("the user failed");
		expect(count).toEqual({ opened: 2, open: 0 });
	});

	test("that changed its size is refused, also where it is read at once", async () => {
		const { store, count } = counting(new MemoryStore());
		const body = new ObjectBody(store, await store.put("a", bytes("content")));
		const target = new MemoryStore();
		for (const other of ["longer content", "short"]) {
			await store.put("a", bytes(other));
			await expectCode(body.bytes(), "incomplete");
			await expectCode(target.put("a", body), "incomplete");
		}
		expect(count.open).toBe(0);
	});

	test("that is gone is not found", async () => {
		const store = new MemoryStore();
		const body = new ObjectBody(store, await store.put("a", bytes("content")));
		await store.delete(["a"]);
		await expectCode(body.bytes(), "not-found");
		await expectCode(Array.fromAsync(body.open()), "not-found");
	});

	test("is not read once it is cancelled", async () => {
		const store = new MemoryStore();
		const meta = await store.put("a", bytes("content"));
		const reason = new Error("cancelled");
		const body = new ObjectBody(store, meta, AbortSignal.abort(reason));
		await expect(body.bytes()).rejects.toBe(reason);
		await expect(Array.fromAsync(body.open())).rejects.toBe(reason);
	});
});

describe("a body that is read at once", () => {
	const content = bytes("content");

	test("is what it was said to be (I4)", async () => {
		const digest = sha256Of(content);
		expect(await readProven(content, digest, ABOUT)).toEqual(content);
		expect(await readProven(bodyOf([content]), digest, ABOUT)).toEqual(content);
		expect(await readProven(content, undefined, ABOUT)).toEqual(content);
	});

	test("of another content or size is refused, and says of what (I4)", async () => {
		const digest = sha256Of(bytes("other"));
		await expectCode(readProven(content, digest, ABOUT), "corrupt");
		const long = readProven(bodyOf([content], 8), undefined, ABOUT);
		await expect(long).rejects.toMatchObject({ ...ABOUT, code: "incomplete" });
		await expectCode(
			readProven(bodyOf([content], 6), undefined, ABOUT),
			"incomplete",
		);
	});

	test.each(["sha256", "sha384", "sha512"])(
		"can have a %s",
		async (algorithm) => {
			const { createHash } = await import("node:crypto");
			const hex = createHash(algorithm).update(content).digest("hex");
			expect(await readProven(content, { algorithm, hex }, ABOUT)).toEqual(
				content,
			);
			const wrong = {
				algorithm,
				hex: hex.replace(/^./, (first) => (first === "0" ? "1" : "0")),
			};
			await expectCode(readProven(content, wrong, ABOUT), "corrupt");
		},
	);
});
