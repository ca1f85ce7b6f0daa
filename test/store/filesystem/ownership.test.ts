import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ownershipLike } from "../../../src/store/filesystem/ownership.ts";
import { bodyOf } from "../../conformance/bodies.ts";
import { bytes } from "../../conformance/objects.ts";
import { TemporaryRoot } from "./temporary-root.ts";

const octal = (mode: number) => (mode & 0o7777).toString(8);

describe("whose what is made is", () => {
	test.each([
		[0o770, "770", "660"],
		[0o2770, "2770", "660"],
		[0o755, "755", "644"],
		[0o2775, "2775", "664"],
		[0o700, "700", "600"],
		[0o555, "755", "644"],
		[0o1777, "777", "666"],
		[0o40755, "755", "644"],
	])(
		"made by root like a directory of mode %o: %s, files %s",
		(mode, directory, file) => {
			const ownership = ownershipLike({ uid: 7, gid: 8, mode }, true);
			expect(ownership).toMatchObject({ user: 7, group: 8 });
			expect(octal(ownership?.directoryMode ?? 0)).toBe(directory);
			expect(octal(ownership?.fileMode ?? 0)).toBe(file);
		},
	);

	test("made by anybody else is theirs, by their umask", () => {
		expect(
			ownershipLike({ uid: 7, gid: 8, mode: 0o770 }, false),
		).toBeUndefined();
	});
});

const isRoot = process.geteuid?.() === 0;

/** A user and a group that need not exist. */
const [USER, GROUP] = [54_321, 65_432];

/** User, group and mode of what has this name. */
function ofName(root: TemporaryRoot, name: string) {
	const { uid, gid, mode } = statSync(root.at(name));
	return [uid, gid, octal(mode)];
}

describe.skipIf(!isRoot)("as root, a put", () => {
	test("into an empty root gives all that it makes to the root's owner", async () => {
		using root = new TemporaryRoot();
		chownSync(root.path, USER, GROUP);
		chmodSync(root.path, 0o770);
		await root.store.put("marker", bytes("x"));
		await root.store.put("docker/a/b/data", bodyOf([bytes("x")]));
		for (const name of ["marker", "docker/a/b/data"])
			expect(ofName(root, name)).toEqual([USER, GROUP, "660"]);
		for (const name of ["docker", "docker/a", "docker/a/b"])
			expect(ofName(root, name)).toEqual([USER, GROUP, "770"]);
	});

	test("into a root that holds a registry gives it to the registry's owner, as on a mounted disk of root's", async () => {
		using root = new TemporaryRoot();
		chmodSync(root.path, 0o755);
		mkdirSync(root.at("docker"), { mode: 0o750 });
		chownSync(root.at("docker"), USER, GROUP);
		// What an earlier tool has left for root is no example.
		mkdirSync(root.at("docker/a"));
		await root.store.put("docker/a/b/link", bytes("x"));
		await root.store.put("docker/a/b/link", bytes("again"));
		expect(ofName(root, "docker/a/b")).toEqual([USER, GROUP, "750"]);
		expect(ofName(root, "docker/a/b/link")).toEqual([USER, GROUP, "640"]);
		expect(ofName(root, "docker/a")).toEqual([0, 0, "755"]);
		await root.store.put("marker", bytes("x"));
		expect(ofName(root, "marker")).toEqual([0, 0, "644"]);
	});

	test("into a registry that root made, gives it to the owner of what is nearest", async () => {
		using root = new TemporaryRoot();
		chmodSync(root.path, 0o755);
		mkdirSync(root.at("docker/repositories"), { recursive: true });
		chownSync(root.at("docker/repositories"), USER, GROUP);
		chmodSync(root.at("docker/repositories"), 0o2775);
		await root.store.put("docker/repositories/a/link", bytes("x"));
		await root.store.put("docker/blobs/data", bytes("x"));
		expect(ofName(root, "docker/repositories/a")).toEqual([
			USER,
			GROUP,
			"2775",
		]);
		expect(ofName(root, "docker/repositories/a/link")).toEqual([
			USER,
			GROUP,
			"664",
		]);
		expect(ofName(root, "docker/blobs/data")).toEqual([0, 0, "644"]);
	});

	test("shows no file of another owner, not even under its temporary name", async () => {
		using root = new TemporaryRoot();
		chownSync(root.path, USER, GROUP);
		const seen: unknown[] = [];
		const body = bodyOf([bytes("first"), bytes("second")], 11, {
			afterFirst: () => {
				const [name = ""] = root.names("d");
				seen.push(ofName(root, "d"), ofName(root, `d/${name}`));
			},
		});
		await root.store.put("d/a", body);
		expect(seen).toEqual([
			[USER, GROUP, "700"],
			[USER, GROUP, "600"],
		]);
	});
});

/** Of util-linux: runs a program with fewer rights. */
const SET_RIGHTS = "setpriv";

/** What a put by root ends with where root may not give files away, as in some containers and on network file systems. */
function putWithoutChown(root: string, key: string): string {
	const store = new URL(
		"../../../src/store/filesystem/filesystem-store.ts",
		import.meta.url,
	);
	const script = `
		import { FilesystemStore } from ${JSON.stringify(store.href)};
		const store = new FilesystemStore(${JSON.stringify(root)});
		const error = await store.put(${JSON.stringify(key)}, Buffer.from("x")).catch((error) => error);
		console.log([error.code, error.reason, ...error.suggestions].join("; "));
	`;
	const node = [process.execPath, "--input-type=module", "--eval", script];
	const argv = ["--bounding-set=-chown", "--", ...node];
	return spawnSync(SET_RIGHTS, argv, { encoding: "utf8" }).stdout ?? "";
}

const canDropRights =
	isRoot && spawnSync(SET_RIGHTS, ["--version"]).status === 0;

test.skipIf(!canDropRights)(
	"as root that may not give anything away, a put says so, and leaves nothing",
	() => {
		using root = new TemporaryRoot();
		chownSync(root.path, USER, GROUP);
		chmodSync(root.path, 0o777);
		for (const key of ["a", "a/b/c"]) {
			const said = putWithoutChown(root.path, key);
			expect(said).toMatch(/^permission-denied; it cannot be given to/);
			expect(said).toContain(`user ${USER}, group ${GROUP}`);
			expect(said).toContain(`sudo -u '#${USER}'`);
			expect(root.names()).toEqual([]);
		}
	},
);

/** A user without any rights of its own. */
const NOBODY = 65_534;

test("as another user, a put is by the umask, whatever the directory is like", async () => {
	using root = new TemporaryRoot();
	chmodSync(root.path, 0o777);
	const before = process.umask(0o027);
	if (isRoot) process.seteuid?.(NOBODY);
	try {
		await root.store.put("a/b", bytes("x"));
	} finally {
		if (isRoot) process.seteuid?.(0);
		process.umask(before);
	}
	expect(octal(statSync(root.at("a")).mode)).toBe("750");
	expect(octal(statSync(root.at("a/b")).mode)).toBe("640");
});
