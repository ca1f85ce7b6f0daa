import { describe, expect, test } from "vitest";
import type { Configured } from "../../../src/registry/linux-package/gitlab-rb.ts";
import {
	type Found,
	judge,
} from "../../../src/registry/linux-package/reconfigured.ts";

const READ_ONLY: Configured = {
	storage: { driver: "filesystem", parameters: { rootdirectory: "/srv" } },
	readOnly: true,
	redirectDisabled: false,
	onlineGarbageCollection: true,
	database: "off",
};

const OLD = { id: "1@100", name: "process 1", pid: "1", startedAt: 10_000 };
const NEW = { id: "2@900", name: "process 2", pid: "2", startedAt: 90_000 };

const FOUND: Found = {
	expected: READ_ONLY,
	configured: READ_ONLY,
	isFileKept: true,
	isRewritten: true,
	writtenAt: 89_000,
	before: OLD,
	after: NEW,
};

describe("judge", () => {
	test.each<[string, string, Partial<Found>]>([
		["in-force", "a younger process runs with it", {}],
		[
			"in-force",
			"the process is younger within a second",
			{ writtenAt: 91_500 },
		],
		[
			"in-force",
			"the file says by default what the configuration leaves open",
			{ expected: { ...READ_ONLY, database: undefined } },
		],
		[
			"in-force",
			"nothing had to be written, and the process has read it",
			{ isRewritten: false, writtenAt: 9000, after: OLD },
		],
		[
			"reverted",
			"gitlab.rb was written by somebody else",
			{ isFileKept: false },
		],
		[
			"reverted",
			"and config.yml, too",
			{ isFileKept: false, configured: { ...READ_ONLY, readOnly: false } },
		],
		[
			"not-generated",
			"config.yml says something else",
			{ configured: { ...READ_ONLY, readOnly: false } },
		],
		["not-running", "no process runs", { after: undefined }],
		[
			"not-restarted",
			"the same process runs",
			{ after: OLD, writtenAt: 10_500 },
		],
		[
			"not-restarted",
			"a process runs that is older than the file",
			{
				isRewritten: false,
				after: OLD,
			},
		],
	])("is %s when %s", (verdict, _, found) => {
		expect(judge({ ...FOUND, ...found })).toBe(verdict);
	});
});
