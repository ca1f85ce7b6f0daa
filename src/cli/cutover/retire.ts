import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { seeJournal } from "../../cutover/course/journal-file.ts";
import type { JournalRecord } from "../../cutover/course/journal-record.ts";
import { CutoverError } from "../../cutover/cutover-error.ts";
import {
	directoryOf,
	unfenceSource,
} from "../../cutover/fence/fence-source.ts";
import {
	countRegistry,
	deleteRegistry,
} from "../../cutover/retire/delete-registry.ts";
import { removeEmptyDirectories } from "../../cutover/retire/empty-directories.ts";
import { judgeRetirement } from "../../cutover/retire/judge-retirement.ts";
import { oddityOf } from "../../cutover/retire/odd-source.ts";
import { sourceChanges } from "../../cutover/rollback/source-changes.ts";
import { locate } from "../../registry/drivers.ts";
import { openRecordFile } from "../../registry/read-only/record-file.ts";
import { renameDurably, syncPath } from "../../state/rename-durably.ts";
import type { Call, ObjectStore } from "../../store/object-store.ts";
import { openStore } from "../../store/open.ts";
import { messageOf } from "../../store/thrown.ts";
import { BaseFile } from "../../sync/base-file.ts";
import { proveDigests } from "../../verify/blob-digests.ts";
import { isAnybodyThere, typedName } from "../confirmation.ts";
import { digestLines, shareOf } from "../digest-lines.ts";
import { daysOf } from "../duration.ts";
import { formatObjects } from "../format.ts";
import { requireSomebody } from "../registry/readonly-flags.ts";
import type { RegistryWishes } from "../registry/registry-flags.ts";
import {
	openRegistry,
	type RegistrySession,
} from "../registry/registry-session.ts";
import { stateDirectory } from "../state-directory.ts";
import { locateStore, openStores } from "../stores.ts";
import { type MigrationPaths, migrationPaths } from "./migration-files.ts";

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
	const { source } = stores;
	const paths = migrationPaths(session, state);
	const isDryRun = wishes["dry-run"];
	using _ = isDryRun ? undefined : openRecordFile(paths.record);
	const records = seeJournal(paths.cutover);
	const retirement = retirementOf(records, source);
	const isBegun = noted(paths) === retirement;
	await guard(
		session,
		stores,
		paths,
		{ records, isBegun, ...wishes },
		{ say, signal },
	);
	const objects = await countRegistry(source, { signal });
	if (isDryRun) {
		say(`Would delete ${formatObjects(objects)} in ${source.url}.`);
		say("Nothing was changed.");
		return { isDryRun, source: source.url, objects };
	}
	const text = `All of the registry in ${source.url} will be deleted, ${formatObjects(objects)}. Nothing leads back to it after that.`;
	if (!wishes.yes && !(await typedName(text, source.url, signal)))
		throw refused("it was not confirmed");
	noteRetired(paths, retirement);
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

/** Rejects with a `CutoverError` where the source is still needed, or may be. */
async function guard(
	session: RegistrySession,
	{
		source,
		target,
	}: { readonly source: ObjectStore; readonly target: ObjectStore },
	paths: MigrationPaths,
	{
		records,
		isBegun,
		after,
		digests,
	}: Pick<RetireWishes, "after" | "digests"> & {
		readonly records: readonly JournalRecord[] | undefined;
		readonly isBegun: boolean;
	},
	{ say, signal }: Call & { readonly say: (line: string) => void },
): Promise<void> {
	const root = directoryOf({ source });
	const share = shareOf(digests);
	const reason = judgeRetirement({
		records,
		rollback: seeJournal(paths.rollback),
		hasBase: existsSync(paths.base) || isBegun,
		...{ source: source.identity, target: target.identity },
		...{ now: Date.now(), afterMs: daysOf("after", after) },
		nodesOnSource: await nodesOn(session, source, { signal }),
		oddity: root === undefined ? undefined : oddityOf(root),
	});
	if (reason !== undefined) throw refused(reason);
	// What was deleted already is no change.
	if (isBegun) return;
	using base = openBase(paths.base);
	for await (const { key, verdict } of sourceChanges(source, base, { signal }))
		throw refused(
			`somebody has written there since the registry left it: ${key} has ${verdict === "gone" ? "gone" : verdict}`,
		);
	let proven = await proveDigests(target, { share, signal });
	// Few blobs, of which none is of the sample.
	if (proven.read.objects === 0)
		proven = await proveDigests(target, { signal });
	for (const line of digestLines(proven)) say(line);
	if (!proven.isSound)
		throw refused(`what the registry has in ${target.url} is not sound`);
}

function openBase(path: string): BaseFile {
	try {
		return new BaseFile(path);
	} catch (error) {
		throw refused(
			`what it was when the registry left it cannot be read in ${path} (${messageOf(error)}), so nobody can tell whether somebody has written there since`,
		);
	}
}

function refused(reason: string): CutoverError {
	return new CutoverError(
		"refused",
		`The old source was not retired: ${reason}. Nothing was deleted by this run`,
	);
}

/** The nodes that are configured to a store; one of which that cannot be told counts as one. */
async function nodesOn(
	{ nodes }: RegistrySession,
	source: ObjectStore,
	call: Call,
): Promise<readonly string[]> {
	const on: string[] = [];
	for (const node of nodes) {
		const settings = await node.settings(call);
		const url =
			settings && (await locatedAt(settings.storage, node.name, call));
		if (url === undefined || isWithin(url, source)) on.push(node.name);
	}
	return on;
}

/** The identity of the store that a driver's settings name; `undefined`: it cannot be opened from here. */
async function locatedAt(
	storage: Parameters<typeof locate>[0],
	node: string,
	{ signal }: Call,
): Promise<string | undefined> {
	const { url, environment } = locate(storage, node);
	// A directory that is not here is not the one that is to be deleted here.
	if (url.protocol === "file:" && !existsSync(url)) return url.href;
	try {
		await using store = await openStore(url, {
			...{ signal, environment: { ...process.env, ...environment } },
		});
		return store.identity;
	} catch {
		signal?.throwIfAborted();
		// It may be the one: whoever is asked says that this node is.
		return undefined;
	}
}

function isWithin(identity: string, source: ObjectStore): boolean {
	const root = directoryOf({ source });
	const own =
		root === undefined ? source.identity : `${pathToFileURL(root).href}/`;
	return [own, source.identity].some(
		(one) => one.startsWith(identity) || identity.startsWith(one),
	);
}

/** What is noted of a source that is begun to be deleted: after which cutover, for it may have come into use again since an earlier one. */
function retirementOf(
	records: readonly JournalRecord[] | undefined,
	{ identity }: ObjectStore,
): string {
	const begun = records?.find((record) => record.type === "begun");
	return `${begun?.id ?? "-"} ${identity}`;
}

/** What was noted last. */
function noted({ retired }: MigrationPaths): string | undefined {
	return existsSync(retired) ? readFileSync(retired, "utf8").trim() : undefined;
}

/** From here on nothing leads back: what a rollback compares with goes, after it is noted why. */
function noteRetired(paths: MigrationPaths, retirement: string): void {
	const { retired, base } = paths;
	if (noted(paths) !== retirement) {
		writeFileSync(`${retired}.new`, `${retirement}\n`, { mode: 0o600 });
		syncPath(`${retired}.new`);
		renameDurably(`${retired}.new`, retired);
	}
	if (existsSync(base)) renameDurably(base, `${base}.retired`);
}
