import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import {
	collectGarbage,
	type GarbageOptions,
} from "../../../src/registry/collector/collect-garbage.ts";
import type {
	Collection,
	CollectorEnd,
} from "../../../src/registry/collector/collection.ts";
import type { GarbageEvent } from "../../../src/registry/collector/garbage-event.ts";
import { RegistryError } from "../../../src/registry/registry-error.ts";
import { fakeRegistry } from "../read-only/fake-registry.ts";

const COLLECTION: Collection = {
	marked: 3,
	blobs: 1,
	manifests: 0,
	layerLinks: 0,
	bytes: undefined,
	examples: [],
};

const WELL: CollectorEnd = { exitCode: 0, collection: COLLECTION, said: [] };

/** A registry in memory, and a collector that does what a test says. */
function garbage(
	run: (signal: AbortSignal | undefined) => Promise<CollectorEnd>,
	more: Partial<GarbageOptions> & { readonly end?: () => Promise<void> } = {},
) {
	const registry = fakeRegistry({}, {});
	const { clock } = registry;
	const events: GarbageEvent[] = [];
	const log: string[] = [];
	const { end = async () => {}, ...others } = more;
	const options: GarbageOptions = {
		...registry.options,
		command: "registry garbage-collect",
		observe: (event) => events.push(event),
		collector: {
			run: async ({ signal }) => {
				log.push(`collect while ${registry.states().join()}`);
				return await run(signal);
			},
			end: async () => {
				log.push("end");
				await end();
			},
		},
		flush: async () => {
			log.push(`flush while ${registry.states().join()}`);
			return undefined;
		},
		// Others get on, too, while somebody waits.
		clock: {
			now: clock.now,
			async wait(ms, signal) {
				await setImmediate();
				await clock.wait(ms, signal);
			},
		},
		...others,
	};
	const collect = () => collectGarbage(registry.nodes, options);
	return { ...registry, collect, log, events };
}

/** A collector that goes on until it is ended. */
async function endless(signal: AbortSignal | undefined): Promise<never> {
	signal?.throwIfAborted();
	const { promise, reject } = Promise.withResolvers<never>();
	signal?.addEventListener("abort", () => reject(signal.reason));
	return await promise;
}

/** Makes a node read-only without us, as its operator has. */
function makeReadOnly({ fakes }: ReturnType<typeof garbage>): void {
	for (const fake of fakes) {
		fake.configured = true;
		fake.restart();
	}
}

describe("a collection", () => {
	test("is made while all nodes are read-only, and they come back after what is remembered was flushed", async () => {
		const registry = garbage(async () => WELL);
		expect(await registry.collect()).toEqual({
			collection: COLLECTION,
			flushed: undefined,
			nodes: [
				{ name: "a", url: "http://a:5000", state: "writable" },
				{ name: "b", url: "http://b:5000", state: "writable" },
			],
		});
		expect(registry.log).toEqual([
			"collect while read-only,read-only",
			"flush while read-only,read-only",
		]);
		expect(registry.states()).toEqual(["writable", "writable"]);
		expect(registry.keeper.record).toBeUndefined();
	});

	test("that is not approved changes nothing", async () => {
		const registry = garbage(async () => WELL, {
			approve: async () => false,
		});
		expect(await registry.collect()).toBeUndefined();
		expect(registry.log).toEqual([]);
		expect(registry.fakes[0]?.log).toEqual([]);
	});

	test("that fails is said, and the nodes come back", async () => {
		const registry = garbage(async () => ({
			exitCode: 1,
			collection: COLLECTION,
			said: ["failed to garbage collect: no space"],
		}));
		await expect(registry.collect()).rejects.toMatchObject({
			code: "rolled-back",
			message:
				'The garbage was not collected, or not all of it: "registry garbage-collect" ended with exit code 1: failed to garbage collect: no space. a and b are as they were found: writable',
		});
		expect(registry.log.slice(1)).toEqual([
			"end",
			"flush while read-only,read-only",
		]);
		expect(registry.states()).toEqual(["writable", "writable"]);
	});

	test("that is not proven to have ended leaves the registry read-only", async () => {
		const registry = garbage(
			async () => {
				throw new RegistryError("unreachable", "Cannot reach registry-1");
			},
			{
				end: async () => {
					throw new RegistryError("unreachable", "Cannot reach registry-1");
				},
			},
		);
		await expect(registry.collect()).rejects.toMatchObject({
			code: "needs-operator",
			message: expect.stringContaining("is not proven that"),
		});
		expect(registry.states()).toEqual(["read-only", "read-only"]);
		expect(registry.keeper.record).toMatchObject({
			nodes: [{ found: "writable" }, { found: "writable" }],
		});
	});

	test("is ended when a node takes writes meanwhile", async () => {
		const registry = garbage(endless);
		const { clock, fakes } = registry;
		clock.after(10_000, () => {
			const [, second] = fakes;
			if (second === undefined) return;
			second.configured = false;
			second.restart();
		});
		await expect(registry.collect()).rejects.toMatchObject({
			message: expect.stringContaining("b (http://b:5000) took writes"),
		});
		expect(registry.log).toContain("end");
	});

	test("is ended by a cancellation, and the nodes come back all the same", async () => {
		const cancelled = new AbortController();
		const registry = garbage(
			async (signal) => {
				cancelled.abort(new Error("Ctrl-C"));
				return await endless(signal);
			},
			{ signal: cancelled.signal },
		);
		await expect(registry.collect()).rejects.toMatchObject({
			code: "rolled-back",
			cause: new Error("Ctrl-C"),
		});
		expect(registry.states()).toEqual(["writable", "writable"]);
	});

	test("stands when what is remembered could not be flushed: it is told", async () => {
		const registry = garbage(async () => WELL, {
			flush: async () => {
				throw new RegistryError("unreachable", "Cannot reach Redis");
			},
		});
		expect(await registry.collect()).toMatchObject({
			collection: COLLECTION,
			flushed: { failed: "Cannot reach Redis" },
		});
		expect(registry.states()).toEqual(["writable", "writable"]);
	});
});

describe("a registry stays read-only", () => {
	test("that was found so, and nothing is recorded of it", async () => {
		const registry = garbage(async () => WELL);
		makeReadOnly(registry);
		const result = await registry.collect();
		expect(result?.nodes.map(({ state }) => state)).toEqual([
			"read-only",
			"read-only",
		]);
		expect(registry.states()).toEqual(["read-only", "read-only"]);
		expect(registry.keeper.record).toBeUndefined();
	});

	test("that was found so, but would not have started so: that is recorded", async () => {
		const registry = garbage(async () => WELL);
		makeReadOnly(registry);
		for (const fake of registry.fakes) fake.configured = false;
		await registry.collect();
		expect(registry.states()).toEqual(["read-only", "read-only"]);
		expect(registry.keeper.record).toBeDefined();
	});

	test("that somebody has made so from here before, and readonly off still brings it back", async () => {
		const registry = garbage(async () => WELL);
		await registry.collect();
		const { turnReadOnlyOn } = await import(
			"../../../src/registry/read-only/turn-on.ts"
		);
		await turnReadOnlyOn(registry.nodes, registry.options);
		await registry.collect();
		expect(registry.states()).toEqual(["read-only", "read-only"]);
		expect(registry.keeper.record).toMatchObject({
			nodes: [{ found: "writable" }, { found: "writable" }],
		});
	});
});
