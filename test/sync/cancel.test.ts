import { describe, expect, test } from "vitest";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { sync } from "../../src/sync/pass.ts";
import { unreadable } from "../support/faults.ts";
import { smallRegistry, storeOf } from "./content.ts";
import { expectClosed, expectContent, run } from "./run.ts";

const REGISTRY = smallRegistry();

const CURRENT =
	"docker/registry/v2/repositories/acme/app/_manifests/tags/v1/current/link";

describe("sync › when cancelled", () => {
	test.each([1, 2, 3, 5, 8, 13, 21, 34, REGISTRY.size - 1, REGISTRY.size])(
		"at put %i rejects with the reason, leaves the target closed (I1), and can be run again",
		async (nth) => {
			const source = await storeOf(REGISTRY);
			const target = new MemoryStore();
			const controller = new AbortController();
			const reason = new Error("cancelled");
			let puts = 0;
			const cancelling = faulty(target, {
				put: () => {
					if (++puts === nth) controller.abort(reason);
				},
			});
			const { signal } = controller;
			const options = { signal, concurrency: 3 };
			await expect(run(source, cancelling, options)).rejects.toBe(reason);
			await expectClosed(target, REGISTRY);
			await run(source, target);
			await expectContent(target, REGISTRY);
		},
	);

	test("while the source is listed rejects with the reason, and nothing is written", async () => {
		const controller = new AbortController();
		const reason = new Error("cancelled");
		const source = faulty(await storeOf(REGISTRY), {
			list: (prefix) => {
				if (prefix.endsWith("/_layers/")) controller.abort(reason);
			},
		});
		const target = new MemoryStore();
		const { signal } = controller;
		await expect(run(source, target, { signal })).rejects.toBe(reason);
		await expectContent(target, new Map());
	});

	test("while nothing but links that are held back is left rejects with the reason, at once", async () => {
		const controller = new AbortController();
		const reason = new Error("cancelled");
		const blobs = "docker/registry/v2/blobs/sha256/";
		const source = unreadable(await storeOf(REGISTRY), blobs);
		let heldBack = 0;
		const pass = sync(source, new MemoryStore(), {
			signal: controller.signal,
			concurrency: 1,
			observe: ({ type }) => {
				if (type === "held-back" && ++heldBack === 3) controller.abort(reason);
			},
		});
		await expect(pass).rejects.toBe(reason);
		expect(heldBack).toBe(3);
	});

	test("before it begins rejects with the reason", async () => {
		const reason = new Error("cancelled");
		const signal = AbortSignal.abort(reason);
		const source = await storeOf(REGISTRY);
		await expect(run(source, new MemoryStore(), { signal })).rejects.toBe(
			reason,
		);
	});

	test("while it waits for a link that is being written rejects with the reason", async () => {
		const content = await storeOf(REGISTRY);
		await content.put(CURRENT, Buffer.alloc(0));
		const controller = new AbortController();
		const reason = new Error("cancelled");
		const source = faulty(content, {
			get: (key) => {
				if (key === CURRENT) setTimeout(() => controller.abort(reason), 8);
			},
		});
		const { signal } = controller;
		await expect(run(source, new MemoryStore(), { signal })).rejects.toBe(
			reason,
		);
	});

	test("while it waits for a blob that is being written rejects with the reason", async () => {
		const [blob = ""] = [...REGISTRY.keys()].filter((key) =>
			key.endsWith("/data"),
		);
		const source = await storeOf(REGISTRY);
		await source.put(blob, Buffer.from("half"));
		const controller = new AbortController();
		const reason = new Error("cancelled");
		const target = faulty(new MemoryStore(), {
			put: (key) => {
				if (key === blob) setTimeout(() => controller.abort(reason), 20);
			},
		});
		const { signal } = controller;
		await expect(run(source, target, { signal })).rejects.toBe(reason);
	});
});
