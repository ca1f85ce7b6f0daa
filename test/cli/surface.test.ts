import { mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { COMMANDS } from "../../commands/index.ts";
import { runProgram } from "../support/program.ts";
import { migration } from "./folders.ts";

/** What scripts rely on. A change here is a change of the interface: it belongs into the CHANGELOG. */
describe("the interface", () => {
	test("has these commands, arguments and flags", () => {
		const commands = Object.entries(COMMANDS).map(([id, command]) => {
			const { args, baseFlags, flags } = command;
			const names = Object.entries({ ...flags, ...baseFlags }).map(
				([name, flag]) =>
					[
						`--${name}`,
						...(flag.char === undefined ? [] : [`-${flag.char}`]),
						...(flag.aliases ?? []).map((alias) => `--${alias}`),
						...("default" in flag ? [`= ${flag.default}`] : []),
					].join(" "),
			);
			return [id, ...Object.keys(args), ...names].join(", ");
		});
		expect(commands).toMatchInlineSnapshot(`
			[
			  "config:render, target, --registry-file, --registry-config, --restart, --registry-url, --registry-version, --registry-credentials, --registry-endpoint, --registry-key-file, --registry-driver, --set, --disable-redirect, --read-only, --ca-bundle",
			  "gc, --registry-file, --registry-config, --restart, --registry-url, --dry-run -n, --yes -y, --timeout = 2m, --command-timeout = 30m, --accept-pending, --state-directory, --delete-untagged, --verified, --shared-redis, --drain-timeout = 60s, --collector-timeout = 24h, --ca-bundle",
			  "cutover, source, target, --registry-file, --registry-config, --restart, --registry-url, --dry-run -n, --yes -y, --timeout = 2m, --command-timeout = 30m, --state-directory, --drain-timeout = 60s, --until-stable = 1m, --max-window, --max-delete, --rehearse = true, --verify = true, --accept-damage, --shared-redis, --at-window-open, --at-window-closed, --fence = true, --test-repository, --database-backup-made, --registry-version, --registry-credentials, --registry-endpoint, --registry-key-file, --registry-driver, --set, --disable-redirect, --ca-bundle",
			  "readonly:off, --registry-file, --registry-config, --restart, --registry-url, --dry-run -n, --yes -y, --timeout = 2m, --command-timeout = 30m, --accept-pending, --state-directory, --force, --ca-bundle",
			  "readonly:on, --registry-file, --registry-config, --restart, --registry-url, --dry-run -n, --yes -y, --timeout = 2m, --command-timeout = 30m, --accept-pending, --state-directory, --drain-timeout = 60s, --ca-bundle",
			  "readonly:status, --registry-file, --registry-config, --restart, --registry-url, --state-directory, --watch, --interval = 1s, --ca-bundle",
			  "rehearse, source, target, --repositories = 3, --include, --max-mib = 256, --node, --dry-run -n, --registry-file, --registry-config, --restart, --registry-url, --registry-version, --registry-credentials, --registry-endpoint, --registry-key-file, --registry-driver, --set, --disable-redirect, --ca-bundle",
			  "report, --format = markdown, --registry-file, --registry-config, --restart, --registry-url, --state-directory, --ca-bundle",
			  "retire, source, target, --registry-file, --registry-config, --restart, --registry-url, --state-directory, --dry-run -n, --yes -y, --after = 14d, --digests = 5%, --max-deletes-per-second = 500, --ca-bundle",
			  "rollback, source, target, --registry-file, --registry-config, --restart, --registry-url, --dry-run -n, --yes -y, --timeout = 2m, --command-timeout = 30m, --state-directory, --drain-timeout = 60s, --until-stable = 1m, --max-window, --max-delete, --shared-redis, --at-window-open, --at-window-closed, --fence = true, --test-repository, --registry-version, --registry-credentials, --registry-endpoint, --registry-key-file, --registry-driver, --set, --disable-redirect, --ca-bundle",
			  "status, --follow -f, --registry-file, --registry-config, --restart, --registry-url, --state-directory, --ca-bundle",
			  "sync, source, target, --dry-run -n --dryrun, --concurrency = 256, --target-not-empty, --take-over, --include, --exclude, --skip-unreferenced, --delete, --yes -y, --max-delete, --delete-plan, --backup-prefix, --state-directory, --snapshot-of, --relist, --max-requests-per-second, --bwlimit, --until, --max-failures = 1000, --max-outage = 15m, --until-stable, --verbose -v, --progress = true, --ca-bundle",
			  "verify, source, target, --state-directory, --counts, --digests, --concurrency = 32, --progress = true, --ca-bundle",
			]
		`);
	});

	test("prints these JSON keys", async () => {
		const { source, target } = migration({
			extras: ["corrupt-blob", "empty-link", "dangling-layer", "lock"],
		});
		await runProgram(["sync", source, target]);
		// All is to be copied once more, but a blob cannot be written, and a place cannot be read.
		rmSync(join(target, "docker"), { recursive: true });
		const blobs = "docker/registry/v2/blobs/sha256";
		const [shard = ""] = readdirSync(join(source, blobs));
		const [hex = ""] = readdirSync(join(source, blobs, shard));
		mkdirSync(join(target, blobs, shard, hex, "data/taken"), {
			recursive: true,
		});
		const repositories = join(source, "docker/registry/v2/repositories");
		symlinkSync("nowhere", join(repositories, "lost"));
		const sync = await runProgram(["sync", source, target, "--json"]);
		expect(sync).toMatchObject({ exitCode: 3, stderr: "" });
		expect(shapeOf(JSON.parse(sync.stdout))).toMatchInlineSnapshot(`
			[
			  ": scanned copied skipped proven failed heldBack vanished unreadable deletedLocks deleted extra leftOut damage leftovers isTargetListed isStopped isOutOfTime isComplete failures heldBackGroups unreadableGroups damaged leftUploads",
			  ".scanned: objects bytes",
			  ".copied: objects bytes",
			  ".skipped: objects bytes",
			  ".proven: objects bytes",
			  ".deleted: objects bytes",
			  ".leftOut: repositories blobs unmatched isUnknown",
			  ".leftOut.blobs: objects bytes",
			  ".damage: corrupt malformed dangling",
			  ".failures[]: code cause prefix count example suggestions",
			  ".heldBackGroups[]: code cause prefix count example suggestions",
			  ".unreadableGroups[]: code cause prefix count example suggestions",
			  ".damaged[]: kind key found",
			]
		`);

		rmSync(join(target, blobs), { recursive: true });
		const verify = await runProgram(["verify", source, target, "--json"]);
		expect(verify).toMatchObject({ exitCode: 3, stderr: "" });
		expect(shapeOf(JSON.parse(verify.stdout))).toMatchInlineSnapshot(`
			[
			  ": level isEqual startedAt lastPass source target compared uncompared findings",
			  ".source: url objects bytes kinds ignored uploads",
			  ".source.kinds: blob layer revision signature index current lock other",
			  ".source.kinds.blob: objects bytes",
			  ".source.kinds.layer: objects bytes",
			  ".source.kinds.revision: objects bytes",
			  ".source.kinds.signature: objects bytes",
			  ".source.kinds.index: objects bytes",
			  ".source.kinds.current: objects bytes",
			  ".source.kinds.lock: objects bytes",
			  ".source.kinds.other: objects bytes",
			  ".source.ignored: marker temporary stray",
			  ".source.ignored.marker: objects bytes",
			  ".source.ignored.temporary: objects bytes",
			  ".source.ignored.stray: objects bytes",
			  ".target: url objects bytes kinds ignored uploads",
			  ".target.kinds: blob layer revision signature index current lock other",
			  ".target.kinds.blob: objects bytes",
			  ".target.kinds.layer: objects bytes",
			  ".target.kinds.revision: objects bytes",
			  ".target.kinds.signature: objects bytes",
			  ".target.kinds.index: objects bytes",
			  ".target.kinds.current: objects bytes",
			  ".target.kinds.lock: objects bytes",
			  ".target.kinds.other: objects bytes",
			  ".target.ignored: marker temporary stray",
			  ".target.ignored.marker: objects bytes",
			  ".target.ignored.temporary: objects bytes",
			  ".target.ignored.stray: objects bytes",
			  ".findings: missing extra different corrupt empty marker unknown",
			  ".findings.missing: count causes examples",
			  ".findings.missing.causes: migration source expected unknown",
			  ".findings.missing.examples[]: kind cause key source",
			  ".findings.missing.examples[].source: size lastModified content",
			  ".findings.missing.examples[].source: size lastModified",
			  ".findings.extra: count causes examples",
			  ".findings.extra.causes: migration source expected unknown",
			  ".findings.different: count causes examples",
			  ".findings.different.causes: migration source expected unknown",
			  ".findings.corrupt: count causes examples",
			  ".findings.corrupt.causes: migration source expected unknown",
			  ".findings.corrupt.examples[]: kind cause key source",
			  ".findings.corrupt.examples[].source: size lastModified digest",
			  ".findings.empty: count causes examples",
			  ".findings.empty.causes: migration source expected unknown",
			  ".findings.empty.examples[]: kind cause key source",
			  ".findings.empty.examples[].source: size lastModified content",
			  ".findings.marker: count causes examples",
			  ".findings.marker.causes: migration source expected unknown",
			  ".findings.unknown: count causes examples",
			  ".findings.unknown.causes: migration source expected unknown",
			  ".findings.unknown.examples[]: kind cause key error",
			  ".findings.unknown.examples[].error: side code message",
			]
		`);
	});
});

/** Every object below a value: where it is, and the names of its members. Those of a list count as one. */
function shapeOf(value: unknown, path = ""): readonly string[] {
	if (Array.isArray(value)) {
		const members = value.flatMap((member) => shapeOf(member, `${path}[]`));
		return [...new Set(members)];
	}
	if (typeof value !== "object" || value === null) return [];
	const members = Object.entries(value);
	return [
		`${path}: ${members.map(([name]) => name).join(" ")}`,
		...members.flatMap(([name, member]) => shapeOf(member, `${path}.${name}`)),
	];
}
