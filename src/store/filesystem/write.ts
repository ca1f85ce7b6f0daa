import { createHash, randomUUID } from "node:crypto";
import {
	closeSync,
	fstatSync,
	fsyncSync,
	linkSync,
	mkdirSync,
	openSync,
	renameSync,
	type Stats,
	unlinkSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { wrongDigest, wrongSize } from "../body.ts";
import type { StoreErrorOptions } from "../errors.ts";
import type { Body, PutOptions } from "../object-store.ts";

/**
 * Writes a file so that it appears whole or not at all, also across a power cut: into a temporary file beside it
 * (`*.tmp`, which is never taken for an object of a registry), proven, fsynced, then renamed, and the directory fsynced.
 */
export async function writeFile(
	path: string,
	body: Uint8Array | Body,
	about: StoreErrorOptions,
	options: PutOptions,
): Promise<Stats> {
	options.signal?.throwIfAborted();
	const directory = dirname(path);
	mkdirSync(directory, { recursive: true });
	const temporary = `${path}.${randomUUID()}.tmp`;
	try {
		await writeProven(temporary, body, about, options);
		options.signal?.throwIfAborted();
		if (options.only === "absent") {
			// Unlike rename, link refuses to replace.
			linkSync(temporary, path);
			unlinkSync(temporary);
		} else {
			renameSync(temporary, path);
		}
	} catch (error) {
		removeIfThere(temporary);
		throw error;
	}
	return syncedStats(path, directory);
}

async function writeProven(
	path: string,
	body: Uint8Array | Body,
	about: StoreErrorOptions,
	options: PutOptions,
) {
	const { digest } = options;
	const hasher = digest && createHash(digest.algorithm);
	const size = body instanceof Uint8Array ? body.length : body.size;
	await using file = await open(path, "wx");
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
	await file.sync();
}

function syncedStats(path: string, directory: string): Stats {
	const directoryDescriptor = openSync(directory, "r");
	try {
		fsyncSync(directoryDescriptor);
	} finally {
		closeSync(directoryDescriptor);
	}
	const descriptor = openSync(path, "r");
	try {
		return fstatSync(descriptor);
	} finally {
		closeSync(descriptor);
	}
}

function removeIfThere(path: string): void {
	try {
		unlinkSync(path);
	} catch {
		// It was never made, or is already renamed; and the error that led here is the one to report.
	}
}
