import { describe, expect, test } from "vitest";
import {
	asksForJson,
	type Request,
	readCommandLine,
} from "../../src/cli/command-line.ts";
import { UsageError } from "../../src/cli/usage-error.ts";

const IDS = ["sync", "verify", "readonly:on", "readonly:off"];

function read(line: string): Request {
	return readCommandLine(line === "" ? [] : line.split(" "), IDS);
}

describe("readCommandLine", () => {
	test.for<[string, Request]>([
		["", { type: "help", id: undefined }],
		["help", { type: "help", id: undefined }],
		["--help", { type: "help", id: undefined }],
		["-h --json", { type: "help", id: undefined }],
		["help sync", { type: "help", id: "sync" }],
		["--help sync", { type: "help", id: "sync" }],
		["sync -h", { type: "help", id: "sync" }],
		["sync a b --help", { type: "help", id: "sync" }],
		["help readonly on", { type: "help", id: "readonly:on" }],
		["--version", { type: "version" }],
		["-V", { type: "version" }],
		["version", { type: "version" }],
		["sync", { type: "run", id: "sync", argv: [] }],
		["sync help", { type: "run", id: "sync", argv: ["help"] }],
		["sync a b -n", { type: "run", id: "sync", argv: ["a", "b", "-n"] }],
		[
			"sync a -- --help",
			{ type: "run", id: "sync", argv: ["a", "--", "--help"] },
		],
		["sync a --version", { type: "run", id: "sync", argv: ["a", "--version"] }],
		["help readonly", { type: "help", id: "readonly" }],
		["readonly --help", { type: "help", id: "readonly" }],
		["readonly on x", { type: "run", id: "readonly:on", argv: ["x"] }],
	])("reads %j", ([line, request]) => {
		expect(read(line)).toEqual(request);
	});

	test.for([
		[
			"snyc a b",
			'There is no command "snyc"',
			'Did you mean "regmigrate sync"? See regmigrate --help.',
		],
		[
			"ver a b",
			'There is no command "ver"',
			'Did you mean "regmigrate verify"? See regmigrate --help.',
		],
		[
			"migrate a b",
			'There is no command "migrate"',
			"Commands: sync, verify, readonly on, readonly off. See regmigrate --help.",
		],
		[
			"help migrate",
			'There is no command "migrate"',
			"Commands: sync, verify, readonly on, readonly off. See regmigrate --help.",
		],
		[
			"readonly",
			'"readonly" alone is no command',
			"Commands: readonly on, readonly off. See regmigrate readonly --help.",
		],
		[
			"readonly --json",
			'"readonly" alone is no command',
			"Commands: readonly on, readonly off. See regmigrate readonly --help.",
		],
		[
			"readonly offf",
			'There is no command "readonly offf"',
			'Did you mean "regmigrate readonly off"? See regmigrate --help.',
		],
		[
			"readonly forever",
			'There is no command "readonly forever"',
			"Commands: readonly on, readonly off. See regmigrate readonly --help.",
		],
		[
			"raedonly off --json",
			'There is no command "raedonly off"',
			'Did you mean "regmigrate readonly off"? See regmigrate --help.',
		],
		[
			"read",
			'There is no command "read"',
			'Did you mean "regmigrate readonly"? See regmigrate --help.',
		],
		[
			"help readonly offf",
			'There is no command "readonly offf"',
			'Did you mean "regmigrate readonly off"? See regmigrate --help.',
		],
		[
			"--json sync a b",
			"The command comes first, before --json",
			"Commands: sync, verify, readonly on, readonly off. See regmigrate --help.",
		],
	] as const)(
		"refuses %j, and says what to write",
		([line, message, suggestion]) => {
			expect(() => read(line)).toThrow(new UsageError(message, [suggestion]));
		},
	);
});

test("asksForJson › is true of --json before any --, and of nothing else", () => {
	expect(asksForJson(["sync", "a", "--json"])).toBe(true);
	expect(asksForJson(["--json"])).toBe(true);
	expect(asksForJson(["sync", "--", "--json"])).toBe(false);
	expect(asksForJson(["sync", "--jsonx"])).toBe(false);
	expect(asksForJson([])).toBe(false);
});
