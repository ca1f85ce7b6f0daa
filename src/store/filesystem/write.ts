import { createHash, randomUUID } from "node:crypto";
import {
	linkSync,
	mkdirSync,
	renameSync,
	rmdirSync,
	type Stats,
	statSync,
	unlinkSync,
} from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { wrongDigest, wrongSize } from "../body.ts";
import { StoreError, type StoreErrorOptions } from "../errors.ts";
import type { Body, PutOptions } from "../object-store.ts";
import { errno, isAbsence } from "./errors.ts";
import { giveDirectory, giveFile, type Ownership } from "./ownership.ts";

/** How often a directory is made that a delete removes at the same time, having emptied it. */
const MAKE_ATTEMPTS = 5;

/**
 * Writes a file so that it appears whole or not at all, also across a power cut: into a temporary file beside it
 * (`*.tmp`, which is never taken for an object of a registry), proven, fsynced, then renamed, and the directory fsynced.
 * It belongs to whom it should before it has its name. Under SELinux a file has the type of the directory in which it
 * was made, and keeps it when it is renamed; it is made in the same directory, so its type is right too.
 */
export async function writeFile(
	path: string,
	body: Uint8Array | Body,
	about: StoreErrorOptions,
	options: PutOptions,
	ownership: Ownership | undefined,
): Promise<Stats> {
	options.signal?.throwIfAborted();
	const directory = dirname(path);
	// Its name is not made from the file's, which may already be as long as a name can be.
	const temporary = join(directory, `${randomUUID()}.tmp`);
	const created = await createIn(directory, temporary, about, ownership);
	await using file = created.file;
	try {
		if (ownership !== undefined) giveFile(file.fd, ownership, about);
		await writeProven(file, body, about, options);
		await file.sync();
		options.signal?.throwIfAborted();
		place(temporary, path, about, options);
	} catch (error) {
		removeIfThere(temporary);
		removeEmpty(directory, created.top);
		throw error;
	}
	// A new directory is durable only with its entry in the one above.
	for (const changed of upTo(directory, created.top))
		await syncDirectory(changed);
	return await file.stat();
}

/** Makes the directory and the file. `top` is the directory above the first that had to be made. */
async function createIn(
	directory: string,
	temporary: string,
	about: StoreErrorOptions,
	ownership: Ownership | undefined,
): Promise<{ readonly file: FileHandle; readonly top: string }> {
	let top = directory;
	for (let attempt = 1; ; attempt++) {
		try {
			const made = makeDirectory(directory, about, ownership);
			if (made !== undefined && dirname(made).length < top.length)
				top = dirname(made);
			return { file: await open(temporary, "wx"), top };
		} catch (error) {
			if (errno(error) !== "ENOENT" || attempt === MAKE_ATTEMPTS) throw error;
		}
	}
}

/**
 * Makes a directory and those above it, and gives back the first that had to be made. Not with Node's own `recursive`,
 * which says ENOENT for whatever keeps a directory from being made (a read-only file system, a quota, an input error).
 */
function makeDirectory(
	directory: string,
	about: StoreErrorOptions,
	ownership: Ownership | undefined,
): string | undefined {
	if (isDirectory(directory)) return undefined;
	const first = makeDirectory(dirname(directory), about, ownership);
	try {
		mkdirSync(directory);
		if (ownership !== undefined) giveDirectory(directory, ownership, about);
		return first ?? directory;
	} catch (error) {
		if (errno(error) === "EEXIST" && isDirectory(directory)) return first;
		removeEmpty(directory, dirname(first ?? directory));
		throw errno(error) === "EEXIST" ? inTheWay(directory, about, error) : error;
	}
}

/** What is where a directory should be. */
function inTheWay(
	path: string,
	about: StoreErrorOptions,
	cause: unknown,
): StoreError {
	return statSync(path, { throwIfNoEntry: false }) === undefined
		? new StoreError(
				"unavailable",
				"a symbolic link on the way to it leads nowhere (is what it leads to mounted?)",
				{ ...about, cause },
			)
		: new StoreError(
				"unsupported",
				"a file system cannot hold it beside an object that is named like its directory",
				{ ...about, cause },
			);
}

async function writeProven(
	file: FileHandle,
	body: Uint8Array | Body,
	about: StoreErrorOptions,
	options: PutOptions,
): Promise<void> {
	const { digest } = options;
	const hasher = digest && createHash(digest.algorithm);
	const size = body instanceof Uint8Array ? body.length : body.size;
	let written = 0;
	for await (const chunk of body instanceof Uint8Array ? [body] : body.open()) {
		options.signal?.throwIfAborted();
		written += chunk.length;
		if (written > size) throw wrongSize(size, written, about);
		hasher?.update(chunk);
		await file.appendFile(chunk);
	}
	if (written !== size) throw wrongSize(size, written, about);
	if (hasher !== undefined && hasher.digest("hex") !== digest?.hex)
		throw wrongDigest(about);
}

function place(
	temporary: string,
	path: string,
	about: StoreErrorOptions,
	options: PutOptions,
): void {
	if (options.only === undefined) {
		renameSync(temporary, path);
		return;
	}
	try {
		// Unlike rename, link refuses to replace.
		linkSync(temporary, path);
	} catch (error) {
		if (errno(error) === "EEXIST" && isDirectory(path))
			throw new StoreError("unsupported", "it is a directory", about);
		throw error;
	}
	unlinkSync(temporary);
}

function isDirectory(path: string): boolean {
	try {
		return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
	} catch (error) {
		if (isAbsence(error)) return false;
		throw error;
	}
}

/** A directory, and those above it up to `top`. */
function* upTo(directory: string, top: string): Generator<string> {
	yield directory;
	for (let above = directory; above !== top; ) {
		above = dirname(above);
		yield above;
	}
}

async function syncDirectory(path: string): Promise<void> {
	await using directory = await open(path, "r");
	try {
		await directory.sync();
	} catch (error) {
		// Some network file systems know no such thing for directories, and need none.
		if (errno(error) !== "EINVAL") throw error;
	}
}

/** Directories that were made for nothing go again: to a registry, one in `tags/` is a tag. */
function removeEmpty(directory: string, top: string): void {
	for (let made = directory; made !== top; made = dirname(made)) {
		try {
			rmdirSync(made);
		} catch (error) {
			// Unless it was not made at all, something else has been put there meanwhile.
			if (errno(error) !== "ENOENT") return;
		}
	}
}

function removeIfThere(path: string): void {
	try {
		unlinkSync(path);
	} catch {
		// It was never made, or is already renamed; and the error that led here is the one to report.
	}
}
