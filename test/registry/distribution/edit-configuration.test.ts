import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { editConfiguration } from "../../../src/registry/distribution/edit-configuration.ts";
import { typedTree } from "../../../src/registry/distribution/typed-tree.ts";
import { undoConfiguration } from "../../../src/registry/distribution/undo-configuration.ts";
import type { Settings } from "../../../src/registry/settings.ts";
import { parseStorage } from "../../../src/registry/storage-section.ts";
import { withValueAt } from "../../../src/registry/tree.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { CONFIGURATION_FILES } from "./configuration-files.ts";

const TARGET: Settings = {
	readOnly: true,
	redirectDisabled: true,
	database: false,
	storage: {
		driver: "s3",
		parameters: {
			bucket: "registry",
			region: "us-east-1",
			regionendpoint: "http://127.0.0.1:9000",
			accesskey: "test",
			secretkey: "no: 'secret' #1",
			forcepathstyle: true,
			chunksize: 10485760,
		},
	},
};

describe.each(CONFIGURATION_FILES)("$name", ({ name, text }) => {
	test("made read-only and switched differs in nothing but what was asked for", async () => {
		const edited = editConfiguration(text, TARGET, name);
		const { driver } = parseStorage(text, name);
		const { storage } = TARGET;
		const expected = (
			[
				[["storage", driver], undefined],
				[["storage", "s3"], storage?.parameters],
				[["storage", "maintenance", "readonly", "enabled"], true],
				[["storage", "redirect", "disable"], true],
				[["database", "enabled"], false],
			] as const
		).reduce(
			(tree, [path, value]) => withValueAt(tree, path, value),
			name === "short-form.yml"
				? withValueAt(typedTree(text), ["storage"], {})
				: typedTree(text),
		);
		expect(typedTree(edited)).toEqual(expected);
		await expect(difference(text, edited)).toMatchFileSnapshot(
			`files/${name.replace(/\.yml$/, ".diff")}`,
		);
		expect(editConfiguration(edited, TARGET, name)).toBe(edited);
	});

	test("comes back when somebody else has changed it since", () => {
		const original = text;
		const written = editConfiguration(original, TARGET, name);
		const current = written.replaceAll("secret: test", "secret: theirs");
		const undone = undoConfiguration({ current, written, original }, name);
		expect(undone.left).toEqual([]);
		const theirs = original.replaceAll("secret: test", "secret: theirs");
		const tree = typedTree(undone.text);
		expect(settled(tree)).toEqual(settled(typedTree(theirs)));
	});

	test("that is what is asked for already is left as it is", () => {
		expect(editConfiguration(text, {}, name)).toBe(text);
		expect(editConfiguration(text, { readOnly: false }, name)).toBe(text);
	});
});

/** What means nothing: `maintenance:` is `maintenance: {}`, and a driver's name alone is the driver without parameters. */
function settled(tree: unknown): unknown {
	return JSON.parse(
		JSON.stringify(tree, (key, value) =>
			key === "storage" && typeof value === "string"
				? { [value]: {} }
				: (value ?? {}),
		),
	);
}

/** What lines are added and removed. */
function difference(before: string, after: string): string {
	const folder = temporaryFolder();
	writeFileSync(join(folder, "before"), before);
	writeFileSync(join(folder, "after"), after);
	const script = "diff -U0 before after | tail -n +3";
	return execFileSync("sh", ["-c", script], { cwd: folder, encoding: "utf8" });
}
