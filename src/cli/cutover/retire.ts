import {
	directoryOf,
	requireFenceRecord,
	unfenceSource,
} from "../../cutover/fence/fence-source.ts";
import {
	countRegistry,
	deleteRegistry,
} from "../../cutover/retire/delete-registry.ts";
import { removeEmptyDirectories } from "../../cutover/retire/empty-directories.ts";
import { noteRetirement } from "../../cutover/retire/retired-note.ts";
import { openRecordFile } from "../../registry/read-only/record-file.ts";
import { openStore } from "../../store/open.ts";
import { isAnybodyThere, typedName } from "../confirmation.ts";
import { shareOf } from "../digest-lines.ts";
import { daysOf } from "../duration.ts";
import { formatObjects } from "../format.ts";
import { requireSomebody } from "../registry/readonly-flags.ts";
import type { RegistryWishes } from "../registry/registry-flags.ts";
import { openRegistry } from "../registry/registry-session.ts";
import { stateDirectory } from "../state-directory.ts";
import { locateStore, openStores } from "../stores.ts";
import { migrationPaths } from "./migration-files.ts";
import {
	keptBase,
	type Retirement,
	requireNoted,
	requireUnneeded,
	retirementRefused,
} from "./retirement-guard.ts";

/** What the flags of `retire` say. */
export interface RetireWishes extends RegistryWishes {
	readonly "state-directory": string | undefined;
	readonly "dry-run": boolean;
	readonly yes: boolean;
	readonly after: string;
	readonly digests: string;
	readonly "max-deletes-per-second": number;
}

/** Deletes an old source, or goes on with that. Resolves with what `--json` prints. */
export async function retire(
	named: { readonly source: string; readonly target: string },
	wishes: RetireWishes,
	{
		say,
		signal,
	}: {
		readonly say: (line: string) => void;
		readonly signal: AbortSignal;
	},
): Promise<object> {
	const state = stateDirectory(
		wishes["state-directory"],
		process.env,
		process.getuid?.(),
	);
	requireSomebody(
		wishes.yes || wishes["dry-run"] || isAnybodyThere(),
		"retire",
	);
	await using session = await openRegistry(wishes);
	await using stores = await openStores(
		{
			...named,
			ifNoTarget: "Check how it is spelled, and that it is mounted.",
			isTargetWritten: false,
			stateDirectory: state,
		},
		signal,
	);
	const { source, target } = stores;
	const paths = migrationPaths(session, state);
	const retirement: Retirement = {
		...{ session, source, target, paths, stateDirectory: state },
		afterMs: daysOf("after", wishes.after),
		share: shareOf(wishes.digests),
	};
	// Before others are kept from it: what is refused leaves nothing.
	requireNoted(retirement);
	const isDryRun = wishes["dry-run"];
	using _ = isDryRun ? undefined : openRecordFile(paths.record);
	requireFenceRecord({ source, fencePath: paths.fence });
	const { records = [] } = await requireUnneeded(retirement, { say, signal });
	const objects = await countRegistry(source, { signal });
	if (isDryRun) {
		say(`Would delete ${formatObjects(objects)} in ${source.url}.`);
		say("Nothing was changed.");
		return { isDryRun, source: source.url, objects };
	}
	const text = `All of the registry in ${source.url} will be deleted, ${formatObjects(objects)}. Nothing leads back to it after that.`;
	if (!wishes.yes && !(await typedName(text, source.url, signal)))
		throw retirementRefused("it was not confirmed");
	noteRetirement({ ...paths, base: keptBase(paths, records) }, records);
	await unfenceSource({ source, fencePath: paths.fence }, { signal });
	const { url, environment } = await locateStore(named.source);
	await using store = await openStore(url, { environment, isWritten: true });
	const deleted = await deleteRegistry(store, {
		...{ deletesPerSecond: wishes["max-deletes-per-second"], signal },
	});
	const root = directoryOf({ source });
	if (root !== undefined) removeEmptyDirectories(`${root}/docker/registry`);
	say(
		`${formatObjects(deleted)} deleted: ${source.url} holds no registry any more.`,
	);
	return { isDryRun, source: source.url, objects: deleted };
}
