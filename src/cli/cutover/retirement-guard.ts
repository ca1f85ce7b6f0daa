import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { seeJournal } from "../../cutover/course/journal-file.ts";
import { CutoverError } from "../../cutover/cutover-error.ts";
import { directoryOf } from "../../cutover/fence/fence-source.ts";
import {
	judgeRetirement,
	type RetirementFacts,
	type RetirementRefusal,
} from "../../cutover/retire/judge-retirement.ts";
import { neededOfSource } from "../../cutover/retire/needed-of-source.ts";
import { oddityOf } from "../../cutover/retire/odd-source.ts";
import { isRetirementBegun } from "../../cutover/retire/retired-note.ts";
import { sourceChanges } from "../../cutover/rollback/source-changes.ts";
import { locate } from "../../registry/drivers.ts";
import type { Call, ObjectStore } from "../../store/object-store.ts";
import { openStore } from "../../store/open.ts";
import { messageOf } from "../../store/thrown.ts";
import { BaseFile } from "../../sync/base-file.ts";
import { proveDigests } from "../../verify/blob-digests.ts";
import { notedVerifications } from "../../verify/verification-notes.ts";
import { digestLines } from "../digest-lines.ts";
import type { RegistrySession } from "../registry/registry-session.ts";
import { baseOf } from "./base-files.ts";
import { formerCutover } from "./former-cutover.ts";
import type { MigrationPaths } from "./migration-files.ts";

/** What a retirement is about. */
export interface Retirement {
	readonly session: RegistrySession;
	readonly source: ObjectStore;
	readonly target: ObjectStore;
	readonly stateDirectory: string;
	readonly paths: MigrationPaths;
	/** How long the cutover has to be over (ms). */
	readonly afterMs: number;
	/** Of the target's blobs that are read, from 0 to 1. */
	readonly share: number;
}

/** What is noted of it, where nothing of that speaks against it. Throws a `CutoverError` (`refused`) where something does. */
export function requireNoted(retirement: Retirement): RetirementFacts {
	const { source, target, stateDirectory, paths, afterMs } = retirement;
	const records = formerCutover(paths)?.records ?? seeJournal(paths.cutover);
	const base = keptBase(paths, records);
	const facts: RetirementFacts = {
		...{ records, afterMs, now: Date.now() },
		rollback: seeJournal(paths.rollback),
		hasBase: existsSync(base) || isBegun(paths, records),
		...{ source: source.identity, target: target.identity },
		verifications: verificationsOf(stateDirectory, target),
		...{ nodesOnSource: [], oddity: undefined },
	};
	refuse(judgeRetirement(facts));
	return facts;
}

/** Rejects with a `CutoverError` (`refused`) where the source is still needed, or may be: asks nodes, and reads both stores. */
export async function requireUnneeded(
	retirement: Retirement,
	{ say, signal }: Call & { readonly say: (line: string) => void },
): Promise<RetirementFacts> {
	const { session, source, target, paths, share } = retirement;
	const root = directoryOf({ source });
	const facts: RetirementFacts = {
		...requireNoted(retirement),
		nodesOnSource: await nodesOn(session, source, { signal }),
		oddity: root === undefined ? undefined : oddityOf(root),
	};
	refuse(judgeRetirement(facts));
	// What was deleted already is no change.
	if (isBegun(paths, facts.records)) return facts;
	const sourceChange = await changeIn(source, keptBase(paths, facts.records), {
		signal,
	});
	refuse(judgeRetirement({ ...facts, sourceChange }));
	const needed = facts.records?.some(({ type }) => type === "database")
		? undefined
		: await neededOfSource(source, target, { signal });
	refuse(judgeRetirement({ ...facts, neededOfSource: needed }));
	let proven = await proveDigests(target, { share, signal });
	// Few blobs, of which none is of the sample.
	if (proven.read.objects === 0)
		proven = await proveDigests(target, { signal });
	for (const line of digestLines(proven)) say(line);
	refuse(judgeRetirement({ ...facts, isSoundNow: proven.isSound }));
	return facts;
}

function verificationsOf(stateDirectory: string, { identity }: ObjectStore) {
	try {
		return notedVerifications(stateDirectory, identity);
	} catch (error) {
		throw retirementRefused(
			`what is noted of verifications cannot be read in ${stateDirectory} (${messageOf(error)})`,
		);
	}
}

/** Where the base of a cutover is, if it has left one. */
export function keptBase(
	paths: MigrationPaths,
	records: RetirementFacts["records"] = [],
): string {
	const [begun] = records;
	return baseOf(paths, begun?.type === "begun" ? begun : { id: "" });
}

function isBegun(
	paths: MigrationPaths,
	records: RetirementFacts["records"] = [],
): boolean {
	return isRetirementBegun(paths, records);
}

/** A change of somebody else's, as a clause; `undefined`: there is none. */
async function changeIn(
	source: ObjectStore,
	basePath: string,
	call: Call,
): Promise<string | undefined> {
	using base = openBase(basePath);
	for await (const { key, verdict } of sourceChanges(source, base, call))
		return `${key} has ${verdict === "gone" ? "gone" : verdict}`;
	return undefined;
}

function openBase(path: string): BaseFile {
	try {
		return new BaseFile(path, { isReadOnly: true });
	} catch (error) {
		throw retirementRefused(
			`what it was when the registry left it cannot be read in ${path} (${messageOf(error)}), so nobody can tell whether somebody has written there since`,
		);
	}
}

function refuse(refusal: RetirementRefusal | undefined): void {
	if (refusal !== undefined)
		throw retirementRefused(refusal.reason, refusal.suggestions);
}

/** Of a run that has deleted nothing. The reason is a clause. */
export function retirementRefused(
	reason: string,
	suggestions: readonly string[] = [],
): CutoverError {
	return new CutoverError(
		"refused",
		`The old source was not retired: ${reason}. Nothing was deleted by this run`,
		{ suggestions },
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
