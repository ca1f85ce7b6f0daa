import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { localHost } from "../../../src/registry/host/local-host.ts";
import {
	configuredOf,
	registryOf,
} from "../../../src/registry/linux-package/configuration-tree.ts";
import {
	type Configured,
	editGitlabRb,
	type GitlabRb,
	removeBlock,
	sourceFor,
} from "../../../src/registry/linux-package/gitlab-rb.ts";
import { readOutline } from "../../../src/registry/linux-package/outline.ts";
import type { Settings } from "../../../src/registry/settings.ts";
import { mapOf, type Tree } from "../../../src/registry/tree.ts";
import { hasTools } from "../../support/services.ts";
import { evaluate, folderForCopies, type RealFile, realFiles } from "./ruby.ts";

/** With all that Ruby could take for something else. */
const TARGET = {
	driver: "s3_v2",
	parameters: {
		bucket: "registry",
		region: "us-east-1",
		accesskey: "test-target-key",
		secretkey: "test\\'#{1 + 1}\"é\n$x",
		pathstyle: true,
		maxrequestspersecond: 350,
	},
};

let folder = "";
beforeAll(() => {
	folder = folderForCopies(mkdtempSync(join(tmpdir(), "gitlab-rb-")));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!hasTools("ruby"))("gitlab.rb, as real Ruby reads it", () => {
	describe.each(realFiles())("$name", (file) => {
		test("is read-only and nothing else after an edit, and byte for byte as it was after its undoing", async () => {
			const before = await run(file, file.text);
			const isReadOnly = configured(before).readOnly;
			const edited = await edit(file, file.text, { readOnly: !isReadOnly });
			expect(await run(file, edited)).toEqual(
				withStorage(before, { readonly: !isReadOnly }),
			);
			expect(await undo(file, edited)).toBe(file.text);
		});

		test("is on the target and keeps all else after a switch, read-only at first, then read-write", async () => {
			const before = await run(file, file.text);
			const readOnly = await edit(file, file.text, { readOnly: true });
			const switched = await edit(file, readOnly, {
				storage: TARGET,
				redirectDisabled: true,
				database: false,
			});
			const expected = withTarget(before);
			expect(await run(file, switched)).toEqual(
				withStorage(expected, { readonly: true }),
			);
			const readWrite = await edit(file, switched, { readOnly: false });
			expect(await run(file, readWrite)).toEqual(
				withStorage(expected, { readonly: false }),
			);
			expect(
				readWrite.split("# BEGIN regmigrate\n").length,
			).toBeLessThanOrEqual(file.text.split("# BEGIN regmigrate\n").length + 1);
			expect(await undo(file, readWrite)).toBe(file.text);
		});

		test("refuses writes on its source, and nothing else is other, when it comes back from the target", async () => {
			const readOnly = await edit(file, file.text, { readOnly: true });
			const switched = await edit(file, readOnly, { storage: TARGET });
			const readWrite = await edit(file, switched, { readOnly: false });
			const back = sourceFor(
				{ readOnly: true },
				await marked(file, file.text),
				await marked(file, readWrite),
			);
			expect(await run(file, back)).toEqual(
				withStorage(await run(file, file.text), { readonly: true }),
			);
			expect(await undo(file, back)).toBe(file.text);
		});

		test("gets no secret that it fetches by an expression", async () => {
			const edited = await edit(file, file.text, {
				readOnly: true,
				storage: TARGET,
			});
			const added = edited.replaceAll("\r\n", "\n").split("\n");
			const had = new Set(file.text.replaceAll("\r\n", "\n").split("\n"));
			const ours = added.filter((line) => !had.has(line)).join("\n");
			for (const secret of secretsOf(await run(file, file.text)))
				expect(ours).not.toContain(secret);
		});

		test("is left alone when it says already what is asked for", async () => {
			const { readOnly, redirectDisabled } = configured(
				await run(file, file.text),
			);
			const settings = { readOnly, redirectDisabled };
			expect(await edit(file, file.text, settings)).toBe(file.text);
			const switched = await edit(file, file.text, { storage: TARGET });
			expect(await edit(file, switched, { storage: TARGET })).toBe(switched);
		});
	});
});

async function edit(
	file: RealFile,
	text: string,
	settings: Settings,
): Promise<string> {
	const found = configured(await run(file, text));
	return editGitlabRb(await marked(file, text), settings, found);
}

async function undo(file: RealFile, text: string): Promise<string> {
	return removeBlock(await marked(file, text));
}

async function marked({ name }: RealFile, text: string): Promise<GitlabRb> {
	const of = { text, file: name };
	return { ...of, outline: await readOutline(localHost, "ruby", of) };
}

async function run(file: RealFile, text: string): Promise<Tree> {
	const path = join(folder, file.name);
	writeFileSync(path, text);
	return await evaluate(path, file.environment);
}

function configured(tree: Tree): Configured {
	const found = configuredOf(registryOf(tree));
	if (found === undefined) throw new Error("It names no driver");
	return found;
}

function withStorage(
	tree: Tree,
	{ readonly }: { readonly readonly: boolean },
): Tree {
	const registry = mapOf(tree.registry);
	const storage = mapOf(registry.storage);
	const maintenance = {
		...mapOf(storage.maintenance),
		readonly: { enabled: readonly },
	};
	return {
		...tree,
		registry: { ...registry, storage: { ...storage, maintenance } },
	};
}

function withTarget(tree: Tree): Tree {
	const registry = mapOf(tree.registry);
	const {
		cache,
		delete: deletion,
		maintenance,
		redirect,
	} = mapOf(registry.storage);
	return {
		...tree,
		registry: {
			...registry,
			database: { ...mapOf(registry.database), enabled: false },
			storage: {
				...(maintenance === undefined ? {} : { maintenance }),
				cache,
				delete: deletion,
				redirect: { ...mapOf(redirect), disable: true },
				s3_v2: TARGET.parameters,
			},
		},
	};
}

/** Each string of a configuration that its names call a secret. */
function secretsOf(value: unknown, name = ""): readonly string[] {
	if (typeof value === "string")
		return /key$|password|Authorization/.test(name) ? [value] : [];
	if (Array.isArray(value))
		return value.flatMap((item) => secretsOf(item, name));
	return Object.entries(mapOf(value)).flatMap(([inner, item]) =>
		secretsOf(item, inner),
	);
}
