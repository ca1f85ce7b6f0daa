import { spawnSync } from "node:child_process";
import {
	chmodSync,
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { isFenceRecorded } from "../../../src/cutover/fence/fence-record.ts";
import {
	fenceTree,
	unfenceTree,
} from "../../../src/cutover/fence/fence-tree.ts";
import {
	chattr,
	type ImmutableFlag,
} from "../../../src/cutover/fence/immutable-flag.ts";

const HEX = "ab".repeat(32);
const TAG = "docker/registry/v2/repositories/team/app/_manifests/tags/v1";
const FILES: Readonly<Record<string, number>> = {
	[`docker/registry/v2/blobs/sha256/ab/${HEX}/data`]: 0o644,
	[`${TAG}/current/link`]: 0o644,
	[`${TAG}/index/sha256/${HEX}/link`]: 0o640,
	"docker/registry/v2/repositories/team/app/_uploads/1/data": 0o600,
	"docker/registry/v2/repositories/team/app/_layers/sha256/cd/link": 0o444,
	"beside/file": 0o644,
	"docker/beside/file": 0o644,
};
const DIRECTORIES: Readonly<Record<string, number>> = {
	"docker/registry/v2/repositories/team": 0o2775,
	"docker/registry/v2/repositories/team/app/_layers": 0o555,
	"docker/registry/v2/repositories/team/app/_uploads": 0o700,
};

let folder: string;
let root: string;
let recordPath: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "regmigrate-fence-"));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	root = join(folder, "registry");
	recordPath = join(folder, "state/fence");
	for (const [name, mode] of Object.entries(FILES)) {
		mkdirSync(dirname(join(root, name)), { recursive: true });
		writeFileSync(join(root, name), name, { mode });
	}
	for (const [name, mode] of Object.entries(DIRECTORIES))
		chmodSync(join(root, name), mode);
});

/** Every name below the root, with its mode, whose it is, when its content changed, and what it holds. */
function tree(): ReadonlyMap<string, string> {
	const { stdout } = spawnSync("find", [root, "-printf", "%P\\0"]);
	const names = stdout.toString().split("\0").slice(0, -1).sort();
	return new Map(
		names.map((name) => {
			const path = join(root, name);
			const { mode, uid, gid, mtimeMs } = lstatSync(path);
			const content = lstatSync(path).isFile() ? readFileSync(path) : "";
			return [name, `${mode.toString(8)} ${uid}:${gid} ${mtimeMs} ${content}`];
		}),
	);
}

/** A flag as a file system has it that is asked no more than so often. */
class ScriptedFlag implements ImmutableFlag {
	readonly flagged = new Set<string>();
	calls = 0;
	killAt = Number.POSITIVE_INFINITY;

	async read(paths: readonly string[]) {
		this.#call();
		return new Set(paths.filter((path) => this.flagged.has(path)));
	}

	async write(isSet: boolean, paths: readonly string[]) {
		for (const path of paths)
			if (isSet) this.flagged.add(path);
			else this.flagged.delete(path);
		this.#call();
		return undefined;
	}

	#call(): void {
		if (this.calls++ >= this.killAt) throw new Error("killed");
	}
}

const asRoot = { isRoot: true, groups: [] };

describe("fenceTree", () => {
	test("takes the permission to write from directories, links and uploads, and from nothing else", async () => {
		const flag = new ScriptedFlag();
		const { troubles } = await fenceTree(root, {
			...{ recordPath, flag, user: asRoot },
		});
		expect(troubles).toEqual([]);
		const isFenced = (name: string) =>
			name === "docker" ||
			(name.startsWith("docker/registry") && !name.endsWith(`${HEX}/data`));
		for (const name of tree().keys()) {
			const path = join(root, name);
			const isWritable = (lstatSync(path).mode & 0o222) !== 0;
			expect(isWritable, name).toBe(!isFenced(name));
			expect(flag.flagged.has(path), name).toBe(isFenced(name));
		}
	});

	test("is undone exactly, flags included", async () => {
		const flag = new ScriptedFlag();
		flag.flagged.add(join(root, TAG));
		const before = tree();
		const options = { recordPath, flag, user: asRoot };
		await fenceTree(root, options);
		expect(tree()).not.toEqual(before);
		// What was immutable already is left alone.
		expect(tree().get(TAG)).toBe(before.get(TAG));
		expect(await unfenceTree(options)).toEqual([]);
		expect(tree()).toEqual(before);
		expect([...flag.flagged]).toEqual([join(root, TAG)]);
		expect(isFenceRecorded(recordPath)).toBe(false);
		expect(await unfenceTree(options)).toEqual([]);
	});

	test("killed at any point, and done again or undone, it leaves all as it was", async () => {
		const before = tree();
		const counted = new ScriptedFlag();
		const options = { recordPath, user: asRoot, atOnce: 3 };
		await fenceTree(root, { ...options, flag: counted });
		const fenced = tree();
		await unfenceTree({ ...options, flag: counted });
		for (let killAt = 0; killAt < counted.calls; killAt++) {
			const flag = new ScriptedFlag();
			flag.flagged.add(join(root, TAG));
			flag.killAt = killAt;
			const dies = async (act: Promise<unknown>) =>
				await act.catch(({ message }: Error) => expect(message).toBe("killed"));
			await dies(fenceTree(root, { ...options, flag }));
			if (killAt % 2 === 0) {
				flag.killAt = Number.POSITIVE_INFINITY;
				await fenceTree(root, { ...options, flag });
				const now = new Map(tree());
				now.set(TAG, fenced.get(TAG) ?? "");
				expect(now).toEqual(fenced);
			}
			flag.killAt = flag.calls + killAt;
			await dies(unfenceTree({ ...options, flag }));
			flag.killAt = Number.POSITIVE_INFINITY;
			expect(await unfenceTree({ ...options, flag })).toEqual([]);
			expect(tree(), `killed at ${killAt}`).toEqual(before);
			expect([...flag.flagged]).toEqual([join(root, TAG)]);
		}
	});

	test("follows links as the registry does, also those that lead round", async () => {
		const elsewhere = join(folder, "elsewhere");
		mkdirSync(join(elsewhere, "app/_manifests"), { recursive: true });
		const repositories = join(root, "docker/registry/v2/repositories");
		symlinkSync(elsewhere, join(repositories, "moved"));
		symlinkSync(repositories, join(elsewhere, "round"));
		symlinkSync("/nowhere", join(repositories, "broken"));
		const options = { recordPath, flag: new ScriptedFlag(), user: asRoot };
		const { troubles } = await fenceTree(root, options);
		expect(troubles).toEqual([]);
		const mode = () => lstatSync(join(elsewhere, "app/_manifests")).mode;
		expect(mode() & 0o222).toBe(0);
		await unfenceTree(options);
		expect(mode() & 0o200).toBe(0o200);
	});

	test("leaves what somebody else has changed since as it is", async () => {
		const options = { recordPath, flag: new ScriptedFlag(), user: asRoot };
		await fenceTree(root, options);
		chmodSync(join(root, TAG), 0o770);
		await unfenceTree(options);
		expect(lstatSync(join(root, TAG)).mode & 0o7777).toBe(0o770);
	});

	test("leaves alone whose set-group-id bit it could not give back", async () => {
		const user = { isRoot: false, groups: [] };
		const path = "docker/registry/v2/repositories/team";
		const before = tree().get(path);
		const { troubles } = await fenceTree(root, { recordPath, user });
		expect(troubles).toEqual([
			`${join(root, path)} (its set-group-id bit could not be given back)`,
		]);
		expect(tree().get(path)).toBe(before);
	});
});

test("where no file system has the flag, root is not said to be kept out", async () => {
	const flag = { ...chattr, read: async () => undefined };
	const { because } = await fenceTree(root, {
		...{ recordPath, flag, user: asRoot },
	});
	expect(because).toHaveLength(1);
	expect(existsSync(recordPath)).toBe(true);
});
