import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as v from "valibot";
import { renameDurably, syncPath } from "../../state/rename-durably.ts";
import { messageOf } from "../../store/thrown.ts";
import { CutoverError } from "../cutover-error.ts";

const DOUBT = v.object({
	id: v.string(),
	/** When all else was found alike (ISO 8601, UTC). */
	at: v.pipe(v.string(), v.isoTimestamp()),
	keys: v.array(v.string()),
});

/**
 * How long it is gone by (ms): what a lifecycle rule, or anybody, deletes at the target after all of it was compared is not
 * known to the index that passes go by.
 */
const LASTS_MS = 24 * 60 * 60_000;

/** What is not known to be alike when all that can be done in use is done, and of which cutover. */
interface Doubt {
	/** The cutover's. */
	readonly id: string;
	readonly keys: Iterable<string>;
}

/**
 * Notes, durably, what is in doubt, for whichever process makes the last pass: as a whole, or not at all. Throws a `CutoverError`
 * (`refused`).
 */
export function noteDoubt(path: string, { id, keys }: Doubt): void {
	const at = new Date().toISOString();
	const json = JSON.stringify({ id, at, keys: [...keys] });
	const begun = `${path}.new`;
	try {
		writeFileSync(begun, `${checksum(json)}\n${json}`, { mode: 0o600 });
		syncPath(begun);
		renameDurably(begun, path);
	} catch (error) {
		throw new CutoverError(
			"refused",
			`What of the target is in doubt cannot be noted in ${path}: ${messageOf(error)}. The registry is in use as before`,
			{
				suggestions: [
					"Make room there, or make it writable, and run this again.",
				],
				cause: error,
			},
		);
	}
}

/**
 * What is in doubt, for who is about to make the last pass. It is taken away, durably: another process that makes it again
 * cannot know what this one will have changed. `undefined`: nothing is known of it, for it was taken before, is another
 * cutover's, damaged, or older than a day. Throws what Node throws.
 */
export function takeDoubt(
	path: string,
	id: string,
): readonly string[] | undefined {
	const noted = readDoubt(path);
	rmSync(path, { force: true });
	syncPath(dirname(path));
	if (noted?.id !== id) return undefined;
	const age = Date.now() - Date.parse(noted.at);
	return age >= 0 && age <= LASTS_MS ? noted.keys : undefined;
}

function readDoubt(path: string) {
	try {
		const text = readFileSync(path, "utf8");
		const json = text.slice(text.indexOf("\n") + 1);
		if (text !== `${checksum(json)}\n${json}`) return undefined;
		return v.parse(DOUBT, JSON.parse(json));
	} catch {
		// It is not there, or says nothing that is understood: then all is compared.
		return undefined;
	}
}

function checksum(text: string): string {
	return createHash("sha256").update(text).digest("hex");
}
