import { expect, test } from "vitest";
import { editConfiguration } from "../../../src/registry/distribution/edit-configuration.ts";
import { effectiveSettings } from "../../../src/registry/distribution/effective-settings.ts";
import { undoConfiguration } from "../../../src/registry/distribution/undo-configuration.ts";

const FILE = "config.yml";
const TEXT = `version: 0.1
storage: {inmemory: {}}
# ours
database:
  enabled: prefer # since 19
  host: db
`;

test.each([
	["", true],
	["gc: {disabled: false}\n", true],
	["gc: {disabled: true}\n", false],
	["gc: {blobs: {disabled: true}}\n", true],
	["gc: {manifests: {disabled: true}, blobs: {disabled: true}}\n", false],
])("a configuration with %j collects garbage in use: %s", (gc, isOn) => {
	const settings = effectiveSettings(TEXT + gc, {}, FILE);
	expect(settings.onlineGarbageCollection).toBe(isOn);
});

test("a variable of the registry's process that enables it is seen", () => {
	const variables = { REGISTRY_GC_DISABLED: "false" };
	const text = `${TEXT}gc: {disabled: true}\n`;
	const settings = effectiveSettings(text, variables, FILE);
	expect(settings.onlineGarbageCollection).toBe(true);
});

test.each(["", "gc:\n  maxbackoff: 24h\n", "gc: {disabled: false}\n"])(
	"it is stopped, and the database pinned, in a file with %j; the way back is exact",
	(gc) => {
		const original = TEXT + gc;
		const asked = { database: true, onlineGarbageCollection: false };
		const written = editConfiguration(original, asked, FILE);
		expect(effectiveSettings(written, {}, FILE)).toMatchObject({
			database: "on",
			onlineGarbageCollection: false,
		});
		expect(written).toContain("# ours\n");
		expect(editConfiguration(written, asked, FILE)).toBe(written);
		const current = `${written}# theirs\n`;
		expect(undoConfiguration({ current, written, original }, FILE)).toEqual({
			text: `${original}# theirs\n`,
			left: [],
		});
	},
);
