import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	blockOf,
	type Configured,
	editGitlabRb,
	type GitlabRb,
	isOnTargetOf,
	removeBlock,
	sourceFor,
	withBlockOf,
} from "../../../src/registry/linux-package/gitlab-rb.ts";
import type { Outline } from "../../../src/registry/linux-package/managed-block.ts";
import { PAUSED } from "../../../src/registry/meanwhile.ts";
import type { Settings } from "../../../src/registry/settings.ts";

const FILE = "/etc/gitlab/gitlab.rb";

const CONFIGURED: Configured = {
	storage: {
		driver: "filesystem",
		parameters: { rootdirectory: "/srv/registry" },
	},
	readOnly: false,
	redirectDisabled: false,
	onlineGarbageCollection: true,
	database: "prefer",
};

const S3: Configured = {
	...CONFIGURED,
	storage: { driver: "s3", parameters: { secretkey: "test-secret" } },
};

describe("editGitlabRb", () => {
	test("names the driver where nothing above does, and works on what is there otherwise", () => {
		expect(edit("external_url 'x'\n", { readOnly: true })).toBe(
			`external_url 'x'

# BEGIN regmigrate
# regmigrate wrote these lines, and changes or removes them as a whole. Leave them as they are, and last in this file:
# they work on what is set above them.
# regmigrate: storage
registry['storage'] ||= {}
if (registry['storage'].keys - %w[cache delete maintenance redirect tag]).empty?
  # Nothing above names a driver, and GitLab does so only where nothing of the storage is set.
  registry['storage']['filesystem'] = { 'rootdirectory' => '/srv/registry' }
end
# regmigrate: read-only
registry['storage']['maintenance'] ||= {}
registry['storage']['maintenance']['readonly'] = { 'enabled' => true }
# END regmigrate
`,
		);
	});

	test("repeats no driver that must be set above, nor its secrets", () => {
		const edited = edit("", { readOnly: true }, S3);
		expect(edited).not.toContain("s3");
		expect(edited).not.toContain("test-secret");
	});

	test("pins the database to what it is, and stops online garbage collection, with no word of the storage", () => {
		const edited = edit("", { database: true, onlineGarbageCollection: false });
		expect(edited).toContain(`# regmigrate: database
registry['database'] ||= {}
registry['database']['enabled'] = true
# regmigrate: gc
registry['gc'] ||= {}
registry['gc']['disabled'] = true
# END regmigrate`);
		expect(edited).not.toContain("storage");
		const asked = { database: true, onlineGarbageCollection: true };
		expect(edit("", asked, { ...CONFIGURED, database: "on" })).toBe("");
	});

	test("replaces the driver by the target's, and nothing else", () => {
		const storage = {
			driver: "s3_v2",
			parameters: { bucket: "registry", pathstyle: true, chunksize: 5 },
		};
		const edited = edit("x = 1\n", {
			storage,
			redirectDisabled: true,
			database: false,
		});
		expect(edited).toContain(`# regmigrate: target
registry['storage'] = (registry['storage'] || {}).select { |name, _| %w[cache delete maintenance redirect tag].include?(name) }
registry['storage']['s3_v2'] = {
  'bucket' => 'registry',
  'pathstyle' => true,
  'chunksize' => 5
}
# regmigrate: redirect
registry['storage']['redirect'] ||= {}
registry['storage']['redirect']['disable'] = true
# regmigrate: database
registry['database'] ||= {}
registry['database']['enabled'] = false
# END regmigrate
`);
	});

	test("changes its one block, and keeps the parts that are not asked for", () => {
		const readOnly = edit("x = 1\n", { readOnly: true });
		const storage = { driver: "gcs", parameters: { bucket: "b" } };
		const switched = edit(readOnly, { storage });
		expect(switched).toContain("{ 'enabled' => true }");
		expect(switched).toContain("['gcs'] = { 'bucket' => 'b' }");
		const readWrite = edit(
			switched,
			{ readOnly: false },
			{ ...CONFIGURED, storage, readOnly: true },
		);
		expect(readWrite).toContain("{ 'enabled' => false }");
		expect(readWrite).toContain("['gcs']");
		expect(readWrite.match(/# BEGIN/g)).toHaveLength(1);
		expect(remove(readWrite)).toBe("x = 1\n");
	});

	test("moves its block to the end when something was added below it", () => {
		const added = `${edit("x = 1\n", { readOnly: true })}y = 2\n`;
		const edited = edit(added, { redirectDisabled: true });
		expect(edited.indexOf("y = 2")).toBeLessThan(edited.indexOf("# BEGIN"));
		expect(remove(edited)).toBe("x = 1\ny = 2\n");
	});

	test("leaves a file alone that says already what is asked for", () => {
		expect(
			edit("x = 1\n", {
				readOnly: false,
				storage: {
					driver: "filesystem",
					parameters: { rootdirectory: "/srv/registry" },
				},
				redirectDisabled: false,
			}),
		).toBe("x = 1\n");
		const off: Configured = { ...CONFIGURED, database: "off" };
		expect(edit("x = 1\n", { database: false }, off)).toBe("x = 1\n");
	});

	test("writes before __END__", () => {
		const text = "x = 1\n__END__\nregistry['storage'] = {}\n";
		const edited = edit(text, { readOnly: true });
		expect(edited).toMatch(/# END regmigrate\n__END__\nregistry/);
		expect(remove(edited)).toBe(text);
	});

	test.each([
		["begun and not ended", "x = 1\n# BEGIN regmigrate\n"],
		["ended and not begun", "# END regmigrate\n"],
		["the wrong way round", "# END regmigrate\n# BEGIN regmigrate\n"],
		["twice", "# BEGIN regmigrate\n# END regmigrate\n".repeat(2)],
		["another's", "# BEGIN regmigrate\nx = 1\n# END regmigrate\n"],
		[
			"with a part that is not known",
			"# BEGIN regmigrate\n# regmigrate: cache\n# END regmigrate\n",
		],
	])("refuses a block that is %s, to edit and to undo", (_, text) => {
		const refusal = expect.objectContaining({ code: "refused" });
		expect(() => edit(text, { readOnly: true })).toThrow(refusal);
		expect(() => remove(text)).toThrow(refusal);
	});

	test("is undone byte for byte, however the file ends its lines", () => {
		const line = fc.constantFrom("x = 1", "", "  ", "# a comment", "__END__");
		const newline = fc.constantFrom("\n", "\r\n");
		const file = fc
			.tuple(fc.array(fc.tuple(line, newline)), line)
			.map(([lines, last]) => lines.flat().join("") + last);
		fc.assert(
			fc.property(file, (text) => {
				const edited = edit(text, { readOnly: true });
				expect(edited).not.toBe(text);
				expect(remove(edited)).toBe(text);
				expect(edit(edited, { readOnly: true })).toBe(edited);
			}),
		);
	});
});

describe("a file that was moved to a target", () => {
	const storage = { driver: "gcs", parameters: { bucket: "b" } };
	const readOnly = edit("x = 1\n", { readOnly: true });
	const switched = edit(readOnly, { storage });
	const moved = edit(
		switched,
		{ readOnly: false },
		{ ...CONFIGURED, storage, readOnly: true },
	);

	test("gets the block back that it had, below what others have added", () => {
		const now = `${edit(moved, { readOnly: true })}y = 2\n`;
		const back = withBlockOf(marked(now), marked(moved));
		expect(back).toContain("y = 2");
		expect(blockOf(marked(back))).toEqual(blockOf(marked(moved)));
		expect(withBlockOf(marked(now), marked("x = 1\n"))).toBe("x = 1\ny = 2\n");
	});

	test("refuses writes on its source by the block with which it did at first", () => {
		const back = sourceFor(
			{ readOnly: true },
			marked("x = 1\n"),
			marked(moved),
		);
		expect(back).toBe(readOnly);
	});

	test("keeps its garbage on its source, and its database, by what it did so at first", () => {
		const paused = edit("x = 1\n", PAUSED);
		const closed = edit(paused, { readOnly: true });
		const back = (readOnly?: boolean) =>
			sourceFor({ ...PAUSED, readOnly }, marked("x = 1\n"), marked(moved));
		expect(back()).toBe(paused);
		expect(back(true)).toBe(closed);
	});

	test("keeps the block that it had on a source to which it was moved before", () => {
		const other = { driver: "s3", parameters: { bucket: "c" } };
		const again = edit(moved, { storage: other }, { ...CONFIGURED, storage });
		const back = sourceFor({ readOnly: true }, marked(moved), marked(again));
		expect(back).toBe(edit(moved, { readOnly: true }));
		expect(back).not.toContain("'s3'");
	});

	test.each([
		["the target, by what others have set", storage, "x = 1\n", true],
		["its source", CONFIGURED.storage, "x = 1\n", false],
		["the target, which is its source", storage, moved, false],
	])("is on %s", (_, found, source, isOn) => {
		const configured = { ...CONFIGURED, storage: found };
		expect(isOnTargetOf(marked(moved), marked(source), configured)).toBe(isOn);
	});
});

function edit(
	text: string,
	settings: Settings,
	configured = CONFIGURED,
): string {
	return editGitlabRb(marked(text), settings, configured);
}

function remove(text: string): string {
	return removeBlock(marked(text));
}

function marked(text: string): GitlabRb {
	return { text, outline: outlineOf(text), file: FILE };
}

/** As Ruby finds it in texts without heredocs and the like. */
function outlineOf(text: string): Outline {
	const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
	const end = lines.indexOf("__END__");
	const code = end === -1 ? lines : lines.slice(0, end);
	const found = (mark: string) =>
		code.flatMap((line, index) => (line === mark ? [index + 1] : []));
	return {
		begins: found("# BEGIN regmigrate"),
		ends: found("# END regmigrate"),
		data: end === -1 ? undefined : end + 1,
	};
}
