import type { RestartEstimate } from "../../cutover/before/predict.ts";
import { filesAside, seeJournal } from "../../cutover/course/journal-file.ts";
import { openingMs } from "../../cutover/course/journal-times.ts";
import { STEPS } from "../../cutover/steps.ts";
import type { RegistryDescription } from "../../registry/description.ts";

/** What a restart is taken for where none was ever measured (ms): a program alone, and what configures much besides. */
const ASSUMED_MS: Readonly<Record<RegistryDescription["kind"], number>> = {
	distribution: 5000,
	// gitlab-ctl reconfigure, which looks at all of GitLab.
	"linux-package": 90_000,
	// A rollout waits for new pods.
	helm: 60_000,
	hooks: 30_000,
};

/**
 * How long a restart of a node takes: by the last cutover of this registry in which pushes came to be refused, whose journal
 * is at this path, or was put aside beside it; otherwise what is assumed for its kind.
 */
export function restartEstimate(
	journalPath: string,
	kind: RegistryDescription["kind"],
	nodes: number,
): RestartEstimate {
	for (const path of [journalPath, ...filesAside(journalPath)]) {
		const ms = openingMs(recordsIn(path), STEPS) ?? 0;
		if (ms > 0) return { ms: ms / nodes, from: "measured" };
	}
	return { ms: ASSUMED_MS[kind], from: "assumed" };
}

function recordsIn(path: string) {
	try {
		return seeJournal(path) ?? [];
	} catch {
		// What cannot be read any more tells nothing; it decides nothing either.
		return [];
	}
}
