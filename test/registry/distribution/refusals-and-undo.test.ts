import { describe, expect, test } from "vitest";
import { editConfiguration } from "../../../src/registry/distribution/edit-configuration.ts";
import {
	decideKey,
	undoConfiguration,
} from "../../../src/registry/distribution/undo-configuration.ts";

const SECRET = "hidden";

describe("a configuration is refused, and no secret shown, that", () => {
	test.each([
		["is no YAML", "storage: [\n", "it is not YAML"],
		["is empty", "", "it is not a registry's configuration"],
		["is a list", "- storage\n", "it is not a registry's configuration"],
		[
			"has no storage",
			"version: 0.1\nhttp: {}\n",
			"names more than one driver|no storage section|names no driver",
		],
		[
			"has no driver",
			"storage: {delete: {enabled: true}}\n",
			"names no driver",
		],
		[
			"has two drivers",
			`storage: {filesystem: {}, s3: {secretkey: ${SECRET}}}\n`,
			"more than one driver \\(filesystem, s3\\)",
		],
		[
			"names something twice",
			"storage: {inmemory: {}}\nstorage: {inmemory: {}}\n",
			"a name is there twice",
		],
		[
			"is more than one",
			"storage: {inmemory: {}}\n---\nstorage: {inmemory: {}}\n",
			"a second document begins",
		],
		[
			"has an alias of nothing",
			"storage: *nothing\n",
			"aliases cannot be resolved",
		],
		["is indented by tabs", "storage:\n\tinmemory: {}\n", "it is not YAML"],
		[
			"has a list where a map should be",
			"storage: {inmemory: {}, maintenance: [1]}\n",
			"is not a map of names and values",
		],
	])("%s", (_, text, reason) => {
		const edit = () =>
			editConfiguration(text, { readOnly: true }, "config.yml");
		expect(edit).toThrow(new RegExp(`^(?!.*${SECRET}).*(${reason})`));
	});

	test("shares what would be changed with something else", () => {
		const text = `storage:
  inmemory: {}
  maintenance: &shared {readonly: {enabled: false}}
x-other: *shared
`;
		const edit = () =>
			editConfiguration(text, { readOnly: true }, "config.yml");
		expect(edit).toThrow("something else in it would change with it");
	});

	test("has an anchor in the driver that is to go, which something else refers to", () => {
		const text = `storage:
  filesystem: {rootdirectory: &root /var/lib/registry}
x-backup: *root
`;
		const storage = { driver: "s3", parameters: { bucket: "b" } };
		expect(() => editConfiguration(text, { storage }, "config.yml")).toThrow(
			"something else in it refers to what would be changed",
		);
	});
});

test("a boolean that is a text, which no registry starts with, becomes one", () => {
	const text =
		"storage: {inmemory: {}, maintenance: {readonly: {enabled: 'true'}}}\n";
	expect(editConfiguration(text, { readOnly: true }, "config.yml")).toBe(
		"storage: {inmemory: {}, maintenance: {readonly: {enabled: true}}}\n",
	);
});

describe("what is undone", () => {
	const original = `version: 0.1
storage:
  # the disk
  filesystem:
    rootdirectory: /var/lib/registry # here
  delete: {enabled: true}
http: {addr: ":5000"}
`;
	const written = editConfiguration(
		original,
		{
			readOnly: true,
			redirectDisabled: true,
			onlineGarbageCollection: false,
			storage: { driver: "s3", parameters: { bucket: "b" } },
		},
		"config.yml",
	);
	const undo = (current: string) =>
		undoConfiguration({ current, written, original }, "config.yml");

	test("comes back with its comments, beside what somebody else has changed", () => {
		const current = written.replace(":5000", ":6000");
		expect(undo(current)).toEqual({
			text: original.replace(":5000", ":6000"),
			left: [],
		});
	});

	test("leaves in a map of ours what somebody else has put there", () => {
		const current = written.replace(
			"  maintenance:\n",
			"  maintenance:\n    uploadpurging: {enabled: false}\n",
		);
		expect(undo(current)).toEqual({
			text: original.replace(
				"http:",
				"  maintenance:\n    uploadpurging: {enabled: false}\nhttp:",
			),
			left: [],
		});
	});

	test("leaves and names what somebody else has changed of ours", () => {
		const current = written
			.replace("bucket: b", "bucket: theirs")
			.replace("disable: true", "disable: false");
		expect(undo(current).left).toEqual([
			"storage.s3",
			"storage.redirect.disable",
		]);
		expect(undo(current).text).toContain("bucket: theirs");
		expect(undo(current).text).not.toContain("readonly");
	});

	test("is nothing where somebody has put it back already", () => {
		expect(undo(original)).toEqual({ text: original, left: [] });
	});
});

test.each([
	["none of ours", "x", "a", "a", "keep"],
	["ours, put back by somebody already", "a", "b", "a", "keep"],
	["ours, as we wrote it", "b", "b", "a", "put-back"],
	["ours, where there was nothing", "b", "b", undefined, "put-back"],
	["ours, changed by somebody since", "c", "b", "a", "leave"],
	["ours, taken away by somebody since", undefined, "b", "a", "leave"],
] as const)("a key that is %s", (_, current, written, original, decision) => {
	expect(decideKey({ current, written, original })).toBe(decision);
});
