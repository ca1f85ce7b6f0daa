import { randomBytes } from "node:crypto";
import { CutoverError } from "../cutover-error.ts";
import type { Journal } from "./journal.ts";
import type { BegunRecord } from "./journal-record.ts";

/**
 * Notes what is begun; a cutover that has not ended goes on, if it is this one. `source` and `target` are the stores'
 * identities. Throws a `CutoverError` (`refused`) when it is another one.
 */
export function begin(
	journal: Journal,
	{
		operator,
		source,
		target,
		registry,
		id = randomBytes(8).toString("hex"),
	}: Pick<BegunRecord, "operator" | "source" | "target" | "registry"> & {
		/** Default: one that nobody else has. */
		readonly id?: string | undefined;
	},
): BegunRecord {
	const [first] = journal.records;
	if (first?.type === "begun") {
		if (first.source === source && first.target === target) return first;
		throw new CutoverError(
			"refused",
			`Another cutover of this registry, from ${first.source} to ${first.target}, was begun by ${first.operator} (${first.at}) and has not ended. Nothing was changed`,
			{ suggestions: ["Run that one again: it goes on, or goes back."] },
		);
	}
	const begun: BegunRecord = {
		type: "begun",
		...{ id, operator, source, target, registry },
		at: new Date().toISOString(),
	};
	journal.append(begun);
	return begun;
}
