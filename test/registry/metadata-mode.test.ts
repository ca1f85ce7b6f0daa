import { describe, expect, test } from "vitest";
import { parseDatabase } from "../../src/registry/database-section.ts";
import {
	type MetadataWitnesses,
	metadataMode,
} from "../../src/registry/metadata-mode.ts";

type Row = readonly [
	configured: MetadataWitnesses["configured"],
	header: MetadataWitnesses["header"],
	locks: readonly string[],
	mode: string,
];

const FS = "filesystem-in-use";
const DB = "database-in-use";

describe("where a registry keeps its metadata", () => {
	test.for<Row>([
		[undefined, undefined, [], "links"],
		["off", undefined, [], "links"],
		[undefined, false, [], "links"],
		[undefined, undefined, [FS], "links"],
		["off", false, [FS], "links"],
		["prefer", undefined, [FS], "links"],
		["prefer", false, [], "links"],
		["on", undefined, [], "database"],
		[undefined, true, [], "database"],
		[undefined, undefined, [DB], "database"],
		["on", true, [DB], "database"],
		["prefer", undefined, [], "database"],
		["prefer", undefined, ["another"], "database"],
		["prefer", true, [], "database"],
		["prefer", undefined, [DB], "database"],
		["on", undefined, [FS], "unclear"],
		["on", false, [], "unclear"],
		["off", true, [], "unclear"],
		["off", undefined, [DB], "unclear"],
		[undefined, true, [FS], "unclear"],
		[undefined, false, [DB], "unclear"],
		[undefined, undefined, [FS, DB], "unclear"],
		["prefer", undefined, [DB, FS], "unclear"],
	])(
		"configuration %s, header %s, lock files %s: %s",
		([configured, header, locks, mode]) => {
			expect(metadataMode({ configured, header, locks }).mode).toBe(mode);
		},
	);

	test.for<[string, string | undefined]>([
		["storage: {filesystem: {}}", undefined],
		["database:", undefined],
		["database: {host: db}", undefined],
		["database: {enabled:}", undefined],
		["database: {enabled: true}", "on"],
		["database: {enabled: yes}", "on"],
		['database: {enabled: "false"}', "off"],
		["database: {enabled: prefer}", "prefer"],
	])("is read from a configuration: %s", ([text, setting]) => {
		expect(parseDatabase(text, "config.yml")).toBe(setting);
	});

	test("is not guessed from what no registry starts with", () => {
		const text = "database: {enabled: perhaps}";
		expect(() => parseDatabase(text, "config.yml")).toThrow(
			"its database.enabled is neither true nor false nor prefer",
		);
	});
});
