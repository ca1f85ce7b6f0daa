import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { REPOSITORY } from "../layout/arbitraries.ts";
import { failure } from "../support/faults.ts";
import { traced } from "../support/trace.ts";
import {
	contentOf,
	pushWrites,
	putAll,
	storeOf,
	type Write,
} from "./content.ts";
import { expectClosed, expectContent, run } from "./run.ts";
import { TemporaryIndex } from "./temporary-index.ts";

const REPOSITORIES = "docker/registry/v2/repositories/";

/** A source that is read as a directory is: one thing after the other. */
function unhurried(store: ObjectStore): ObjectStore {
	return { ...faulty(store, {}), can: { ...store.can, waits: false } };
}

function images(repositories: readonly string[]): Map<string, Buffer> {
	return new Map(
		repositories.flatMap((name) => pushWrites(name, "latest", [name])),
	);
}

const ODD: fc.Arbitrary<Write> = fc
	.array(
		fc.constantFrom("a", "a.", "_a", "_layers", "_manifests", "x~", "link"),
		{ minLength: 1, maxLength: 5 },
	)
	.map((names) => [REPOSITORIES + names.join("/"), Buffer.from("odd")]);

describe("a source that is an object store", () => {
	test("is read as one that is read in order, whatever lies between the repositories", async () => {
		const content = fc
			.tuple(fc.array(REPOSITORY, { maxLength: 6 }), fc.array(ODD))
			.map(([names, odd]) => new Map([...images(names), ...odd]));
		await fc.assert(
			fc.asyncProperty(content, async (all) => {
				fc.pre(all.size > 0);
				const source = await storeOf(all);
				const [atOnce, inOrder] = [new MemoryStore(), new MemoryStore()];
				const { result } = await run(source, atOnce);
				expect(result).toEqual((await run(unhurried(source), inOrder)).result);
				await expectContent(atOnce, await contentOf(inOrder));
			}),
			{ numRuns: 30 },
		);
	});

	test("costs five listings a repository, and one each for blobs, the rest and where repositories are", async () => {
		const names = ["a", "b/c", "b/d", "b/d/e"];
		const { store, calls } = traced(await storeOf(images(names)));
		await run(store, new MemoryStore());
		const listed = calls
			.filter(
				({ operation, key }) =>
					operation === "list" && key.startsWith(REPOSITORIES),
			)
			.map(({ key }) => key.slice(REPOSITORIES.length))
			.sort();
		const sections = (name: string) =>
			["_layers/", "_manifests/", "_manifests/tags/", "_manifests/tags/"].map(
				(section) => `${name}/${section}`,
			);
		const directories = ["", "a/", "b/", "b/c/", "b/d/", "b/d/e/"];
		expect(listed).toEqual([...directories, ...names.flatMap(sections)].sort());
	});

	test("has several repositories read at a time, and no more calls under way than it is allowed", async () => {
		const names = Array.from({ length: 20 }, (_, at) => `r${at}`);
		const source = await storeOf(images(names));
		let inside = 0;
		let most = 0;
		const enter = async () => {
			most = Math.max(most, ++inside);
			await new Promise((resolve) => setTimeout(resolve, 1));
			inside--;
		};
		const slow = faulty(source, { get: enter, list: enter });
		await run(slow, new MemoryStore(), { concurrency: 6 });
		expect(most).toBe(6);
	});

	test("(I2) of which a directory cannot be listed is read as far as it can be, and nothing is deleted", async () => {
		using index = new TemporaryIndex();
		const names = ["a/x", "b/x", "b/x/y", "c"];
		const all = images(names);
		const source = await storeOf(all);
		const target = new MemoryStore();
		const options = { indexPath: index.path };
		await run(source, target, options);
		await putAll(source, pushWrites("b/x", "new", ["new"]));
		await putAll(source, pushWrites("c", "new", ["new"]));
		const failing = faulty(source, {
			list: (prefix) => {
				if (prefix === `${REPOSITORIES}b/`)
					throw failure("unavailable", prefix);
			},
		});
		const approve = () => true;
		const { result } = await run(failing, target, {
			...options,
			deletes: { approve },
		});
		expect(result).toMatchObject({ unreadable: 1, isComplete: false });
		expect(result.deleted.objects).toBe(0);
		const found = await contentOf(target);
		for (const key of all.keys()) expect(found.has(key), key).toBe(true);
		expect(
			[...found.keys()].filter((key) => key.includes("/tags/new/current")),
		).toEqual([`${REPOSITORIES}c/_manifests/tags/new/current/link`]);
		await expectClosed(target, await contentOf(source));
		const { result: last } = await run(source, target, options);
		expect(last.isComplete).toBe(true);
		await expectContent(target, await contentOf(source));
	});

	test("loses a repository at the target when it is gone, and only then", async () => {
		using index = new TemporaryIndex();
		const source = await storeOf(images(["a/x", "b/x", "c"]));
		const target = new MemoryStore();
		const deletes = { approve: () => true };
		const options = { indexPath: index.path, deletes };
		await run(source, target, options);
		const gone = [...(await contentOf(source)).keys()].filter((key) =>
			key.startsWith(`${REPOSITORIES}b/`),
		);
		await source.delete(gone);
		const { result } = await run(source, target, options);
		expect(result.deleted.objects).toBe(gone.length);
		await expectContent(target, await contentOf(source));
	});
});
