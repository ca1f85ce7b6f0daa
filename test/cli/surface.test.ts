import { mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { COMMANDS } from "../../commands/index.ts";
import { migration } from "./folders.ts";
import { runProgram } from "./program.ts";

/** What scripts rely on. A change here is a change of the interface: it belongs into the CHANGELOG. */
describe("the interface", () => {
	test("has these commands, arguments and flags", () => {
		const commands = Object.entries(COMMANDS).map(([id, { args, flags }]) => {
			const names = Object.entries(flags).map(([name, flag]) =>
				[
					`--${name}`,
					...(flag.char === undefined ? [] : [`-${flag.char}`]),
					...(flag.aliases ?? []).map((alias) => `--${alias}`),
					...("default" in flag ? [`= ${flag.default}`] : []),
				].join(" "),
			);
			return [id, ...Object.keys(args), ...names];
		});
		expect(commands).toMatchInlineSnapshot(`
			[
			  [
			    "sync",
			    "source",
			    "target",
			    "--dry-run -n --dryrun",
			    "--concurrency = 32",
			    "--target-not-empty",
			    "--delete",
			    "--verbose -v",
			    "--progress = true",
			  ],
			  [
			    "verify",
			    "source",
			    "target",
			    "--counts",
			    "--concurrency = 32",
			    "--progress = true",
			  ],
			]
		`);
	});

	test("prints these JSON keys", async () => {
		const { source, target } = migration({
			extras: ["corrupt-blob", "empty-link", "dangling-layer", "lock"],
		});
		// A blob that cannot be written, and a layer link that cannot be read.
		const blobs = join("docker/registry/v2/blobs/sha256");
		const [shard = ""] = readdirSync(join(source, blobs));
		const [hex = ""] = readdirSync(join(source, blobs, shard));
		mkdirSync(join(target, blobs, shard, hex, "data/taken"), {
			recursive: true,
		});
		const repositories = join(source, "docker/registry/v2/repositories");
		symlinkSync("nowhere", join(repositories, "lost"));
		const sync = await runProgram(["sync", source, target, "--json"]);
		expect(sync).toMatchObject({ exitCode: 3, stderr: "" });
		expect(keysOf(JSON.parse(sync.stdout))).toMatchInlineSnapshot(`
			[
			  ".scanned",
			  ".scanned.objects",
			  ".scanned.bytes",
			  ".copied",
			  ".copied.objects",
			  ".copied.bytes",
			  ".skipped",
			  ".skipped.objects",
			  ".skipped.bytes",
			  ".failed",
			  ".heldBack",
			  ".vanished",
			  ".unreadable",
			  ".deletedLocks",
			  ".damage",
			  ".damage.corrupt",
			  ".damage.malformed",
			  ".damage.dangling",
			  ".isStopped",
			  ".isComplete",
			  ".failures",
			  ".failures[].code",
			  ".failures[].cause",
			  ".failures[].prefix",
			  ".failures[].count",
			  ".failures[].example",
			  ".failures[].suggestions",
			  ".heldBackGroups",
			  ".heldBackGroups[].code",
			  ".heldBackGroups[].cause",
			  ".heldBackGroups[].prefix",
			  ".heldBackGroups[].count",
			  ".heldBackGroups[].example",
			  ".heldBackGroups[].suggestions",
			  ".unreadableGroups",
			  ".unreadableGroups[].code",
			  ".unreadableGroups[].cause",
			  ".unreadableGroups[].prefix",
			  ".unreadableGroups[].count",
			  ".unreadableGroups[].example",
			  ".unreadableGroups[].suggestions",
			  ".damaged",
			  ".damaged[].kind",
			  ".damaged[].key",
			  ".damaged[].found",
			]
		`);

		rmSync(join(target, blobs), { recursive: true });
		const verify = await runProgram(["verify", source, target, "--json"]);
		expect(verify).toMatchObject({ exitCode: 3, stderr: "" });
		expect(keysOf(JSON.parse(verify.stdout))).toMatchInlineSnapshot(`
			[
			  ".level",
			  ".isEqual",
			  ".startedAt",
			  ".source",
			  ".source.url",
			  ".source.objects",
			  ".source.bytes",
			  ".source.kinds",
			  ".source.kinds.blob",
			  ".source.kinds.blob.objects",
			  ".source.kinds.blob.bytes",
			  ".source.kinds.layer",
			  ".source.kinds.layer.objects",
			  ".source.kinds.layer.bytes",
			  ".source.kinds.revision",
			  ".source.kinds.revision.objects",
			  ".source.kinds.revision.bytes",
			  ".source.kinds.signature",
			  ".source.kinds.signature.objects",
			  ".source.kinds.signature.bytes",
			  ".source.kinds.index",
			  ".source.kinds.index.objects",
			  ".source.kinds.index.bytes",
			  ".source.kinds.current",
			  ".source.kinds.current.objects",
			  ".source.kinds.current.bytes",
			  ".source.kinds.lock",
			  ".source.kinds.lock.objects",
			  ".source.kinds.lock.bytes",
			  ".source.kinds.other",
			  ".source.kinds.other.objects",
			  ".source.kinds.other.bytes",
			  ".source.ignored",
			  ".source.ignored.marker",
			  ".source.ignored.marker.objects",
			  ".source.ignored.marker.bytes",
			  ".source.ignored.temporary",
			  ".source.ignored.temporary.objects",
			  ".source.ignored.temporary.bytes",
			  ".source.ignored.stray",
			  ".source.ignored.stray.objects",
			  ".source.ignored.stray.bytes",
			  ".source.uploads",
			  ".target",
			  ".target.url",
			  ".target.objects",
			  ".target.bytes",
			  ".target.kinds",
			  ".target.kinds.blob",
			  ".target.kinds.blob.objects",
			  ".target.kinds.blob.bytes",
			  ".target.kinds.layer",
			  ".target.kinds.layer.objects",
			  ".target.kinds.layer.bytes",
			  ".target.kinds.revision",
			  ".target.kinds.revision.objects",
			  ".target.kinds.revision.bytes",
			  ".target.kinds.signature",
			  ".target.kinds.signature.objects",
			  ".target.kinds.signature.bytes",
			  ".target.kinds.index",
			  ".target.kinds.index.objects",
			  ".target.kinds.index.bytes",
			  ".target.kinds.current",
			  ".target.kinds.current.objects",
			  ".target.kinds.current.bytes",
			  ".target.kinds.lock",
			  ".target.kinds.lock.objects",
			  ".target.kinds.lock.bytes",
			  ".target.kinds.other",
			  ".target.kinds.other.objects",
			  ".target.kinds.other.bytes",
			  ".target.ignored",
			  ".target.ignored.marker",
			  ".target.ignored.marker.objects",
			  ".target.ignored.marker.bytes",
			  ".target.ignored.temporary",
			  ".target.ignored.temporary.objects",
			  ".target.ignored.temporary.bytes",
			  ".target.ignored.stray",
			  ".target.ignored.stray.objects",
			  ".target.ignored.stray.bytes",
			  ".target.uploads",
			  ".compared",
			  ".uncompared",
			  ".findings",
			  ".findings.missing",
			  ".findings.missing.count",
			  ".findings.missing.causes",
			  ".findings.missing.causes.migration",
			  ".findings.missing.causes.source",
			  ".findings.missing.causes.expected",
			  ".findings.missing.causes.unknown",
			  ".findings.missing.examples",
			  ".findings.missing.examples[].kind",
			  ".findings.missing.examples[].cause",
			  ".findings.missing.examples[].key",
			  ".findings.missing.examples[].source",
			  ".findings.missing.examples[].source.size",
			  ".findings.missing.examples[].source.lastModified",
			  ".findings.missing.examples[].source.content",
			  ".findings.extra",
			  ".findings.extra.count",
			  ".findings.extra.causes",
			  ".findings.extra.causes.migration",
			  ".findings.extra.causes.source",
			  ".findings.extra.causes.expected",
			  ".findings.extra.causes.unknown",
			  ".findings.extra.examples",
			  ".findings.different",
			  ".findings.different.count",
			  ".findings.different.causes",
			  ".findings.different.causes.migration",
			  ".findings.different.causes.source",
			  ".findings.different.causes.expected",
			  ".findings.different.causes.unknown",
			  ".findings.different.examples",
			  ".findings.corrupt",
			  ".findings.corrupt.count",
			  ".findings.corrupt.causes",
			  ".findings.corrupt.causes.migration",
			  ".findings.corrupt.causes.source",
			  ".findings.corrupt.causes.expected",
			  ".findings.corrupt.causes.unknown",
			  ".findings.corrupt.examples",
			  ".findings.corrupt.examples[].kind",
			  ".findings.corrupt.examples[].cause",
			  ".findings.corrupt.examples[].key",
			  ".findings.corrupt.examples[].source",
			  ".findings.corrupt.examples[].source.size",
			  ".findings.corrupt.examples[].source.lastModified",
			  ".findings.corrupt.examples[].source.digest",
			  ".findings.empty",
			  ".findings.empty.count",
			  ".findings.empty.causes",
			  ".findings.empty.causes.migration",
			  ".findings.empty.causes.source",
			  ".findings.empty.causes.expected",
			  ".findings.empty.causes.unknown",
			  ".findings.empty.examples",
			  ".findings.empty.examples[].kind",
			  ".findings.empty.examples[].cause",
			  ".findings.empty.examples[].key",
			  ".findings.empty.examples[].source",
			  ".findings.empty.examples[].source.size",
			  ".findings.empty.examples[].source.lastModified",
			  ".findings.empty.examples[].source.content",
			  ".findings.marker",
			  ".findings.marker.count",
			  ".findings.marker.causes",
			  ".findings.marker.causes.migration",
			  ".findings.marker.causes.source",
			  ".findings.marker.causes.expected",
			  ".findings.marker.causes.unknown",
			  ".findings.marker.examples",
			  ".findings.unknown",
			  ".findings.unknown.count",
			  ".findings.unknown.causes",
			  ".findings.unknown.causes.migration",
			  ".findings.unknown.causes.source",
			  ".findings.unknown.causes.expected",
			  ".findings.unknown.causes.unknown",
			  ".findings.unknown.examples",
			  ".findings.unknown.examples[].kind",
			  ".findings.unknown.examples[].cause",
			  ".findings.unknown.examples[].key",
			  ".findings.unknown.examples[].error",
			  ".findings.unknown.examples[].error.side",
			  ".findings.unknown.examples[].error.code",
			  ".findings.unknown.examples[].error.message",
			]
		`);
	});
});

/** The paths of all keys, those of a list's members once. */
function keysOf(value: unknown, path = ""): readonly string[] {
	const found = new Set<string>();
	if (Array.isArray(value)) {
		for (const member of value)
			for (const key of keysOf(member, `${path}[]`)) found.add(key);
	} else if (typeof value === "object" && value !== null) {
		for (const [name, member] of Object.entries(value)) {
			found.add(`${path}.${name}`);
			for (const key of keysOf(member, `${path}.${name}`)) found.add(key);
		}
	}
	return [...found];
}
