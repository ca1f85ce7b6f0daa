import { createHash } from "node:crypto";
import {
	accessSync,
	closeSync,
	constants,
	fsyncSync,
	lstatSync,
	openSync,
	readSync,
	renameSync,
	rmSync,
	writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { liesIn } from "../store/filesystem/place.ts";
import { planError, usingPlan } from "./delete-plan-error.ts";
import {
	endLine,
	headerLines,
	PLAN_TITLE,
	type PlanHeader,
	spelled,
} from "./delete-plan-text.ts";

/** Lines written at a time. */
const BATCH = 1000;

/**
 * Refuses a path at which no plan can be written: there is something else, its directory may not be written, or it lies in
 * one of these stores, by their identities; the source is never written (I3).
 */
export function guardPlanPath(
	path: string,
	identities: readonly string[],
): void {
	const isFree = usingPlan(path, "write", () => {
		const folder = dirname(path);
		accessSync(folder, constants.W_OK | constants.X_OK);
		if (identities.some((identity) => liesIn(folder, identity)))
			throw planError(path, "write", "it lies in the source or the target");
		const stats = lstatSync(path, { throwIfNoEntry: false });
		return stats === undefined || (stats.isFile() && beginsAsPlan(path));
	});
	if (!isFree)
		throw planError(path, "write", "what is there is no plan, and stays");
}

/**
 * Writes a plan, whole or not at all: it gets its name when it is on the disk. Only its owner may read it, since names of
 * repositories can be confidential. Throws a `SyncRefusal` when it cannot be written.
 */
export function writePlan(
	path: string,
	header: PlanHeader,
	keys: Iterable<string>,
): void {
	const temporary = `${path}.${process.pid}.tmp`;
	usingPlan(path, "write", () => {
		rmSync(temporary, { force: true });
		const descriptor = openSync(temporary, "wx", 0o600);
		try {
			try {
				writeLines(descriptor, headerLines(header), keys);
				fsyncSync(descriptor);
			} finally {
				closeSync(descriptor);
			}
			renameSync(temporary, path);
		} catch (error) {
			rmSync(temporary, { force: true });
			throw error;
		}
	});
}

function writeLines(
	descriptor: number,
	header: readonly string[],
	keys: Iterable<string>,
): void {
	const hash = createHash("sha256");
	let lines = [...header];
	const flush = () => {
		const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
		hash.update(bytes);
		writeAll(descriptor, bytes);
		lines = [];
	};
	for (const key of keys) {
		lines.push(spelled(key));
		if (lines.length >= BATCH) flush();
	}
	flush();
	writeAll(descriptor, Buffer.from(`${endLine(hash.digest("hex"))}\n`));
}

function writeAll(descriptor: number, bytes: Buffer): void {
	for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
}

function beginsAsPlan(path: string): boolean {
	const descriptor = openSync(path, "r");
	try {
		const start = Buffer.alloc(PLAN_TITLE.length + 1);
		readSync(descriptor, start, 0, start.length, 0);
		return start.toString() === `${PLAN_TITLE}\n`;
	} finally {
		closeSync(descriptor);
	}
}
