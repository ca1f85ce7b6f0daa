import type { PlannedDeletes } from "../../cutover/before/planned-deletes.ts";
import { formatBytes, formatObjects, printable } from "../format.ts";
import { deletedKinds } from "../sync/delete-lines.ts";

/** What the last pass of a cutover is to delete, as clauses. */
export function plannedDeletesLines({
	counts,
	path,
	largest,
}: PlannedDeletes): readonly string[] {
	if (counts.objects === 0) return ["The last pass is to delete nothing"];
	const repositories = largest.map(
		({ repository, objects }) => `${printable(repository)} (${objects})`,
	);
	return [
		`The last pass is to delete ${formatObjects(counts.objects)} (${formatBytes(counts.bytes)}): ${deletedKinds(counts)}`,
		...(repositories.length === 0
			? []
			: [`most of them in ${repositories.join(", ")}`]),
		`all of them are named in ${path}`,
	];
}
