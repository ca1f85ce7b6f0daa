import { describe, expect, test } from "vitest";
import { formatDigest } from "../../src/layout/digest.ts";
import { formatKey } from "../../src/layout/paths.ts";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { readLink } from "../../src/sync/links.ts";
import { failure } from "../support/faults.ts";
import { digestOf } from "./content.ts";

const DIGEST = digestOf("manifest");
const CONTENT = formatDigest(DIGEST);
const SHA512 = `sha512:${"0a".repeat(64)}`;
const KEY = formatKey({
	kind: "revision",
	repository: "acme/app",
	digest: DIGEST,
});

/** A store whose link holds these contents, one after the other at each read; the last stays. */
async function holding(
	...contents: readonly (string | Uint8Array)[]
): Promise<{ readonly store: ObjectStore; reads: number }> {
	const memory = new MemoryStore();
	const counted = { store: memory as ObjectStore, reads: 0 };
	counted.store = faulty(memory, {
		get: async (key) => {
			const content = contents[counted.reads] ?? contents.at(-1) ?? "";
			counted.reads++;
			await memory.put(key, Buffer.from(content));
		},
	});
	return counted;
}

describe("readLink", () => {
	test.each([
		["a sha256 digest of 71 bytes", CONTENT],
		["a sha512 digest of 135 bytes", SHA512],
		["an algorithm that is not known", `blake3:${"0a".repeat(32)}`],
		[
			"another digest than its own path has, as alias links do",
			formatDigest(digestOf("other")),
		],
	])("reads %s, verbatim, at once", async (_, content) => {
		const link = await holding(content);
		expect(await readLink(link.store, KEY)).toEqual({
			type: "digest",
			content,
		});
		expect(link.reads).toBe(1);
	});

	test.each([
		["empty", ""],
		["cut short", CONTENT.slice(0, 40)],
		[
			"an old digest half overwritten",
			`${CONTENT.slice(0, 30)}:${CONTENT.slice(31)}`,
		],
	])("reads one again that is %s, until it is whole", async (_, half) => {
		const link = await holding(half, half, CONTENT);
		expect(await readLink(link.store, KEY)).toEqual({
			type: "digest",
			content: CONTENT,
		});
		expect(link.reads).toBe(3);
	});

	test.each([
		["empty", "", "it is empty"],
		["short", "sha256:0a0a", 'it holds "sha256:0a0a", which is no digest'],
		[
			"ended by a newline",
			`${CONTENT}\n`,
			`it holds "${CONTENT}\\n", which is no digest`,
		],
		[
			"upper case",
			`sha256:${"0A".repeat(32)}`,
			`it holds "sha256:${"0A".repeat(32)}", which is no digest`,
		],
		[
			"of the wrong length for its algorithm",
			`sha512:${"0a".repeat(32)}`,
			`it holds "sha512:${"0a".repeat(32)}", which is no digest`,
		],
		[
			"not text",
			Buffer.from([0xff, 0x00, 0x41]),
			'it holds "ÿ\\u0000A", which is no digest',
		],
		["too long", `${SHA512}0a`, "it has 137 bytes, too many for a link"],
	])(
		"calls one malformed that stays %s, and says what was found",
		async (_, content, found) => {
			const link = await holding(content);
			expect(await readLink(link.store, KEY)).toEqual({
				type: "malformed",
				found,
			});
			expect(link.reads).toBe(4);
		},
	);

	test("reads one again that shrinks between being opened and being read", async () => {
		const link = await holding(CONTENT);
		let reads = 0;
		const shrinking = faulty(link.store, {
			get: (key) => {
				if (++reads === 1) throw failure("incomplete", key);
			},
		});
		expect(await readLink(shrinking, KEY)).toMatchObject({ content: CONTENT });
		const shrunk = faulty(link.store, {
			get: (key) => {
				throw failure("incomplete", key);
			},
		});
		expect(await readLink(shrunk, KEY)).toEqual({
			type: "malformed",
			found: "it is cut short",
		});
	});

	test("says that one is gone", async () => {
		expect(await readLink(new MemoryStore(), KEY)).toEqual({
			type: "vanished",
		});
	});

	test.each([
		"permission-denied",
		"unavailable",
		"throttled",
		"unknown",
	] as const)(
		"(I2) says that one cannot be read, and is not gone: %s",
		async (code) => {
			const error = failure(code, KEY);
			const store = faulty(new MemoryStore(), {
				get: () => {
					throw error;
				},
			});
			expect(await readLink(store, KEY)).toEqual({ type: "unreadable", error });
		},
	);

	test("passes on what is no error of a store: it is a mistake in a program", async () => {
		const mistake = new TypeError("a mistake");
		const store = faulty(new MemoryStore(), {
			get: () => {
				throw mistake;
			},
		});
		await expect(readLink(store, KEY)).rejects.toBe(mistake);
	});

	test("rejects with the reason when it is cancelled while it waits", async () => {
		const controller = new AbortController();
		const reason = new Error("cancelled");
		const link = await holding("");
		setTimeout(() => controller.abort(reason), 15);
		await expect(readLink(link.store, KEY, controller.signal)).rejects.toBe(
			reason,
		);
	});

	test("closes what it opened, whatever it finds", async () => {
		for (const content of [CONTENT, "", `${SHA512}0a`]) {
			const link = await holding(content);
			let open = 0;
			const store: ObjectStore = {
				...faulty(link.store, {}),
				async get(key, options) {
					const reader = await link.store.get(key, options);
					open++;
					return {
						...reader,
						async [Symbol.asyncDispose]() {
							open--;
						},
					};
				},
			};
			await readLink(store, KEY);
			expect(open, content).toBe(0);
		}
	});
});
