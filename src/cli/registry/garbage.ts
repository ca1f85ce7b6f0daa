import {
	collectGarbage,
	type GarbageResult,
} from "../../registry/collector/collect-garbage.ts";
import {
	type CollectionPlan,
	planCollection,
} from "../../registry/collector/plan-collection.ts";
import { collectorOf } from "../../registry/collector/run-collector.ts";
import { openRecordFile } from "../../registry/read-only/record-file.ts";
import { RegistryError } from "../../registry/registry-error.ts";
import { ownersIn } from "../../state/file-owner.ts";
import { wait } from "../../store/wait.ts";
import { notedVerifications } from "../../verify/verification-notes.ts";
import { confirmed, isAnybodyThere } from "../confirmation.ts";
import {
	type MigrationPaths,
	migrationPaths,
} from "../cutover/migration-files.ts";
import { refuseWhileUnfinished } from "../cutover/unfinished-migration.ts";
import { interruptible } from "../interruption.ts";
import { stateDirectory } from "../state-directory.ts";
import {
	collectionLines,
	collectionPlanLines,
	garbageLine,
	garbageLines,
} from "./garbage-view.ts";
import {
	operatorName,
	requireSomebody,
	switchTimes,
} from "./readonly-flags.ts";
import { interruptedCleanly, type SwitchWishes } from "./readonly-switch.ts";
import { planLines } from "./readonly-view.ts";
import { openRegistry, type RegistrySession } from "./registry-session.ts";

/** What the flags of `gc` say. */
export interface GarbageWishes extends SwitchWishes {
	readonly "delete-untagged": boolean;
	readonly verified: boolean;
	readonly "shared-redis": boolean;
	readonly drainMs: number;
	readonly collectorMs: number;
}

/** Says what would be collected. Nothing is changed, and the registry goes on taking writes. Resolves with what `--json` prints. */
export async function dryCollection(
	wishes: GarbageWishes,
	say: (line: string) => void,
): Promise<object> {
	using interruption = interruptible();
	const { signal } = interruption;
	await using session = await open(wishes);
	refuseWhileUnfinished("gc", pathsOf(session, wishes));
	const plan = await planFor(session, wishes, signal);
	for (const line of collectionPlanLines(plan)) say(line);
	const collector = collectorOf(plan.collector, wishes.collectorMs);
	try {
		const { exitCode, collection, said } = await collector.run({ signal });
		if (exitCode !== 0)
			throw new RegistryError(
				"failed",
				`"${plan.collector.shown}" on ${plan.collector.host.name} ended with exit code ${exitCode}: ${said.slice(-3).join(" | ")}`,
			);
		for (const line of collectionLines(collection, true)) say(line);
		say("Nothing was changed.");
		const { notes, remembered } = plan;
		return { isDryRun: true, collection, notes, remembered };
	} catch (error) {
		await collector.end();
		throw error;
	}
}

/** Collects garbage, asks before and says what happens. Resolves with what `--json` prints. */
export async function collectInWindow(
	wishes: GarbageWishes,
	say: (line: string) => void,
): Promise<GarbageResult> {
	const times = switchTimes(wishes);
	requireSomebody(wishes.yes || isAnybodyThere(), "gc");
	using interruption = interruptible();
	const { signal } = interruption;
	await using session = await open(wishes);
	const paths = pathsOf(session, wishes);
	using keeper = openRecordFile(paths.record);
	refuseWhileUnfinished("gc", paths);
	const plan = await planFor(session, wishes, signal);
	const result = await collectGarbage(session.nodes, {
		...times,
		...{ keeper, signal, drainMs: wishes.drainMs, flush: plan.flush },
		command: plan.collector.shown,
		collector: collectorOf(plan.collector, wishes.collectorMs),
		probe: session.probe,
		operator: operatorName(process.env),
		async approve(planned) {
			for (const line of [...planLines(planned), ...collectionPlanLines(plan)])
				say(line);
			return wishes.yes || (await confirmed("", "Collect garbage?", signal));
		},
		observe(event) {
			const line = garbageLine(event);
			if (line !== undefined) say(line);
		},
		clock: { now: () => performance.now(), wait },
	}).catch((error: unknown) => {
		throw interruptedCleanly(error);
	});
	if (result === undefined)
		throw new RegistryError(
			"refused",
			"gc was not approved. Nothing was changed",
		);
	for (const line of garbageLines(result)) say(line);
	return result;
}

async function open(wishes: GarbageWishes): Promise<RegistrySession> {
	const acceptPending = wishes["accept-pending"];
	return await openRegistry(wishes, { acceptPending });
}

async function planFor(
	{ described, nodes, askVersion }: RegistrySession,
	wishes: GarbageWishes,
	signal: AbortSignal,
): Promise<CollectionPlan> {
	const [pass] = ownersIn(directoryOf(wishes), ".index");
	return await planCollection(described.description, nodes, {
		isDryRun: wishes["dry-run"],
		deletesUntagged: wishes["delete-untagged"],
		isVerified: wishes.verified,
		comparisonsOf(identity) {
			try {
				return notedVerifications(directoryOf(wishes), identity);
			} catch {
				// What cannot be read is not known: then the operator is asked to vouch for it.
				return [];
			}
		},
		isSharedAccepted: wishes["shared-redis"],
		...{ askVersion, pass, signal },
	});
}

function pathsOf(
	session: RegistrySession,
	wishes: GarbageWishes,
): MigrationPaths {
	return migrationPaths(session, directoryOf(wishes));
}

function directoryOf(wishes: GarbageWishes): string {
	const named = wishes["state-directory"];
	return stateDirectory(named, process.env, process.getuid?.());
}
