import { readFileSync } from "node:fs";
import { Errors } from "@oclif/core";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
	errorJson,
	errorText,
	exitCodeOf,
} from "../../src/cli/error-report.ts";
import { EXIT, EXIT_MEANINGS } from "../../src/cli/exit-codes.ts";
import { Interruption } from "../../src/cli/interruption.ts";
import { UsageError } from "../../src/cli/usage-error.ts";
import { ConfigurationError } from "../../src/registry/configuration-error.ts";
import { ReadOnlyError } from "../../src/registry/read-only/read-only-error.ts";
import { RegistryError } from "../../src/registry/registry-error.ts";
import { StoreError } from "../../src/store/errors.ts";
import { IndexError } from "../../src/sync/index-error.ts";
import { SyncRefusal } from "../../src/sync/refusal.ts";

const ERRORS: readonly (readonly [string, unknown, number, string])[] = [
	[
		"a store that fails",
		new StoreError("permission-denied", "permission denied", {
			store: "s3://reg",
			operation: "list",
			suggestions: ["Grant s3:ListBucket."],
		}),
		1,
		"Error: Cannot list s3://reg: permission denied\n  Grant s3:ListBucket.\n",
	],
	[
		"an index that cannot be kept",
		new IndexError("The index cannot be kept", undefined, ["Make room there."]),
		1,
		"Error: The index cannot be kept\n  Make room there.\n",
	],
	[
		"a wrong command line",
		new UsageError("Missing: TARGET", ["See regmigrate sync --help."]),
		2,
		"Error: Missing: TARGET\n  See regmigrate sync --help.\n",
	],
	[
		"a guard",
		new SyncRefusal("no-registry", "There is no registry", ["Look elsewhere."]),
		4,
		"Error: There is no registry\n  Look elsewhere.\n",
	],
	[
		"a guard of a registry",
		new RegistryError("refused", "It cannot be told", {
			suggestions: ["Give credentials."],
		}),
		4,
		"Error: It cannot be told\n  Give credentials.\n",
	],
	[
		"a registry that does not answer",
		new RegistryError("unreachable", "Nobody answers"),
		1,
		"Error: Nobody answers\n",
	],
	[
		"a configuration that cannot be used",
		new ConfigurationError("malformed", "config.yml", "it is empty"),
		1,
		'Error: Cannot use the registry configuration "config.yml": it is empty\n',
	],
	[
		"a registry that was put back",
		new ReadOnlyError("It failed", new Error("no"), [
			{ name: "a", standing: "as-found", found: "writable" },
		]),
		5,
		"Error: It failed: no. a is as it was found: writable\n",
	],
	[
		"a registry that was not put back",
		new ReadOnlyError("It failed", new RegistryError("failed", "no"), [
			{ name: "a", standing: "as-found", found: "writable" },
			{ name: "b", standing: "left", found: "writable", because: "it is off" },
		]),
		6,
		"Error: It failed: no. b was found writable, and is not known to be so again: it is off. a is as it was found: writable\n  Mend what is said above, then run readonly off, which goes on with what is left; or run restore.sh beside the original on the node, and restart its registry.\n",
	],
	[
		"an interruption",
		new Interruption("Interrupted", ["Stopped after 3 objects of 7."]),
		130,
		"Stopped after 3 objects of 7.\nInterrupted.\n",
	],
	[
		"a mistake of ours",
		new TypeError("x is not a function"),
		1,
		"Error: x is not a function\n  This was not foreseen: set DEBUG=1 and run it again to see where it happened.\n",
	],
	[
		"what is thrown and no error",
		"a string",
		1,
		"Error: a string\n  This was not foreseen: set DEBUG=1 and run it again to see where it happened.\n",
	],
];

afterEach(() => vi.unstubAllEnvs());

describe("an error that ends a command", () => {
	test.for(ERRORS)(
		"%s has its exit code and its text",
		([, error, exitCode, text]) => {
			vi.stubEnv("DEBUG", undefined);
			expect(exitCodeOf(error)).toBe(exitCode);
			expect(errorText(error)).toBe(text);
		},
	);

	test.for(ERRORS)("%s is the same as JSON", ([, error, exitCode]) => {
		const parsed: unknown = JSON.parse(errorJson(error));
		expect(parsed).toMatchObject({
			error: {
				message: error instanceof Error ? error.message : error,
				exitCode,
			},
		});
	});

	test("of oclif is wrong usage", () => {
		expect(exitCodeOf(new Errors.CLIError("x", { exit: 7 }))).toBe(EXIT.usage);
	});

	test("has a code in JSON where it has one, for programs to branch on", () => {
		const refusal = new SyncRefusal("same-place", "They are the same");
		expect(JSON.parse(errorJson(refusal))).toEqual({
			error: {
				message: "They are the same",
				code: "same-place",
				suggestions: [],
				exitCode: 4,
			},
		});
	});

	test("cannot move the cursor, whatever a name holds", () => {
		const error = new UsageError("no \x1b[2J here", ["nor \r\n\u009b1A here"]);
		expect(errorText(error)).toBe(
			"Error: no \\u{1b}[2J here\n  nor \\u{d}\\u{a}\\u{9b}1A here\n",
		);
		expect(errorJson(error)).toMatch(/^[ -~\n]+$/);
		expect(JSON.parse(errorJson(error))).toMatchObject({
			error: { message: "no \x1b[2J here" },
		});
	});

	test("tells where it happened when DEBUG is set", () => {
		vi.stubEnv("DEBUG", "1");
		expect(errorText(new UsageError("x"))).toContain("exit-codes.test.ts");
	});
});

describe("the table of exit codes", () => {
	test("has a meaning for every code", () => {
		expect(EXIT_MEANINGS.map(([code]) => code)).toEqual(Object.values(EXIT));
	});

	test("is the README's", () => {
		const readme = readFileSync(
			new URL("../../README.md", import.meta.url),
			"utf8",
		);
		const section = readme.split("## Exit codes")[1]?.split("\n## ")[0] ?? "";
		const rows = [...section.matchAll(/^\| (\d+) \| (.*) \|$/gm)];
		expect(rows.map(([, code, meaning]) => [Number(code), meaning])).toEqual(
			EXIT_MEANINGS,
		);
	});
});
