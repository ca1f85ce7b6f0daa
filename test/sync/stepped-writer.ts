import {
	closeSync,
	constants,
	existsSync,
	fsyncSync,
	ftruncateSync,
	mkdirSync,
	openSync,
	readdirSync,
	renameSync,
	rmdirSync,
	statSync,
	unlinkSync,
	writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { parseKey } from "../../src/layout/paths.ts";
import { type Image, pushWrites, type Write } from "./content.ts";

/**
 * What a registry's file system driver does, one system call at a time: each `next` makes one and tells its name.
 * Source: distribution/distribution, registry/storage/driver/filesystem/driver.go, before and since 3.1.0.
 */
export type Calls = Generator<string, void>;

/** How contents are put: `in place` by Distribution 2.8, 3.0 and GitLab's, by `rename` since 3.1. */
export type Driver = "in place" | "rename";

/** Which of its writes a body is cut into is the kernel's affair: half of it shows everything that can be seen. */
function* writeIn(path: string, content: Buffer): Calls {
	const isNew = !existsSync(path);
	const file = openSync(path, constants.O_WRONLY | constants.O_CREAT, 0o666);
	try {
		// One that is new is empty already.
		if (!isNew) yield `open ${path}`;
		ftruncateSync(file, 0);
		yield `ftruncate ${path}`;
		const half = content.length === 135 ? 71 : content.length >> 1;
		for (const piece of [content.subarray(0, half), content.subarray(half)]) {
			if (piece.length === 0) continue;
			writeSync(file, piece);
			yield `write ${path}`;
		}
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
}

function* makeDirectories(path: string): Calls {
	if (mkdirSync(path, { recursive: true }) !== undefined) yield `mkdir ${path}`;
}

let count = 0;

/** `PutContent`: of links, and of manifests. */
export function* put(
	driver: Driver,
	root: string,
	[key, content]: Write,
): Calls {
	const path = join(root, key);
	yield* makeDirectories(dirname(path));
	if (driver === "in place") {
		yield* writeIn(path, content);
		return;
	}
	const temporary = `${path}.${count++}.tmp`;
	yield* writeIn(temporary, content);
	renameSync(temporary, path);
	yield `rename ${path}`;
}

/** An upload, which ends in a `Move`: of layers and configurations, with every driver. */
function* upload(root: string, repository: string, write: Write): Calls {
	const [key, content] = write;
	const home = `docker/registry/v2/repositories/${repository}/_uploads/${count++}`;
	const startedAt = Buffer.from("2026-08-01T00:00:00Z");
	// What happens in there is nobody else's affair, and so is only done.
	for (const _call of put("in place", root, [`${home}/startedat`, startedAt]));
	for (const _call of put("in place", root, [`${home}/data`, content]));
	const path = join(root, key);
	yield* makeDirectories(dirname(path));
	renameSync(join(root, home, "data"), path);
	yield `rename ${path}`;
}

/** `Delete`: a directory's entries in the order in which it names them, then itself. */
export function* removeAll(path: string): Calls {
	if (!statSync(path).isDirectory()) {
		unlinkSync(path);
		yield `unlink ${path}`;
		return;
	}
	for (const name of readdirSync(path)) yield* removeAll(join(path, name));
	rmdirSync(path);
	yield `rmdir ${path}`;
}

/** A push: what exists already is not written again, except links. */
export function* push(
	driver: Driver,
	root: string,
	{
		repository,
		tag,
		image,
	}: {
		readonly repository: string;
		readonly tag: string;
		readonly image: Image;
	},
): Calls {
	const home = join(root, `docker/registry/v2/repositories/${repository}`);
	for (const write of pushWrites(repository, tag, image)) {
		const [key, content] = write;
		if (parseKey(key)?.kind !== "blob") yield* put(driver, root, write);
		else if (existsSync(join(root, key))) continue;
		else if (isManifest(content)) yield* put(driver, root, write);
		else {
			yield* upload(root, repository, write);
			for (const _call of removeAll(join(home, "_uploads")));
		}
	}
}

function isManifest(content: Buffer): boolean {
	return content.includes('"schemaVersion"') || content.includes('"manifests"');
}
