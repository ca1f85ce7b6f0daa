import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { CutoverError } from "../cutover/cutover-error.ts";
import { dryRunActuators } from "../cutover/dry-run.ts";
import { passingJournal } from "../cutover/journal.ts";
import { JournalFile } from "../cutover/journal-file.ts";
import type { BegunRecord, JournalRecord } from "../cutover/journal-record.ts";
import type { CutoverResult } from "../cutover/journal-times.ts";
import { type CutoverEvent, runCutover } from "../cutover/machine.ts";
import { realActuators } from "../cutover/real-actuators.ts";
import { STEPS } from "../cutover/steps.ts";
import type { CutoverNode, World, WorldEvent } from "../cutover/world.ts";
import type { DistributionDescription } from "../registry/description.ts";
import { acceptConfiguration } from "../registry/kept-file/accept-configuration.ts";
import type { RecordKeeper } from "../registry/read-only/record.ts";
import {
	openRecordFile,
	seeRecord,
} from "../registry/read-only/record-file.ts";
import { RegistryError } from "../registry/registry-error.ts";
import { driverSettings } from "../registry/target/driver-settings.ts";
import { findProduct } from "../registry/target/find-product.ts";
import { parseProduct } from "../registry/target/product.ts";
import { resolveTarget } from "../registry/target/resolve-target.ts";
import { wait } from "../store/wait.ts";
import { confirmed, isAnybodyThere } from "./confirmation.ts";
import { cutoverLine, resultLines, windowText } from "./cutover-lines.ts";
import { durationOf } from "./duration.ts";
import { Interruption } from "./interruption.ts";
import {
	operatorName,
	requireSomebody,
	switchTimes,
} from "./readonly-flags.ts";
import type { SwitchWishes } from "./readonly-switch.ts";
import { eventLine } from "./readonly-view.ts";
import { openRegistry, type RegistrySession } from "./registry-session.ts";
import { seenKeeper } from "./seen-keeper.ts";
import { indexPath, stateDirectory } from "./state-directory.ts";
import { asUsage, locateStore, type OpenStores, openStores } from "./stores.ts";
import { type TargetWishes, targetOptions } from "./target-flags.ts";

/** What the flags of `cutover` say. */
export interface CutoverWishes extends SwitchWishes, TargetWishes {
	readonly "registry-version": string | undefined;
	readonly "disable-redirect"?: boolean | undefined;
	readonly "until-stable": string;
	readonly "max-window": string | undefined;
	readonly "max-delete": number | undefined;
	readonly "accept-damage": boolean;
	readonly "shared-redis": boolean;
	readonly "test-repository": string | undefined;
}

/** Where it is shown, and what ends it. */
export interface CutoverOutput {
	readonly say: (line: string) => void;
	readonly signal: AbortSignal;
}

/** Cuts a registry over, or goes on where another process has stopped. Resolves with what `--json` prints. */
export async function cutOver(
	named: { readonly source: string; readonly target: string },
	wishes: CutoverWishes,
	{ say, signal }: CutoverOutput,
): Promise<object> {
	const isDryRun = wishes["dry-run"];
	requireSomebody(wishes.yes || isDryRun || isAnybodyThere(), "cutover");
	const maxWindow = wishes["max-window"];
	const maxWindowMs =
		maxWindow === undefined ? undefined : durationOf("max-window", maxWindow);
	const state = stateDirectory(
		wishes["state-directory"],
		process.env,
		process.getuid?.(),
	);
	await using session = await openRegistry(wishes);
	const described = requireDistribution(session);
	await using stores = await openStores(
		{
			...named,
			ifNoTarget: "If it is the right one, create it and run this again.",
			isTargetWritten: !isDryRun,
			stateDirectory: state,
		},
		signal,
	);
	const recordPath = session.recordPath(state);
	using keeper = isDryRun
		? seenKeeper(seeRecord(recordPath).record)
		: openRecordFile(recordPath);
	// Whoever has the record open has the registry, and with it the journal.
	using journal = isDryRun
		? { ...passingJournal(), [Symbol.dispose]() {} }
		: new JournalFile(recordPath.replace(/\.db$/, ".cutover"));
	const begun = begin(journal, stores);
	let predicted: Extract<WorldEvent, { type: "predicted" }> | undefined;
	const observe = (event: CutoverEvent | WorldEvent) => {
		if (event.type === "predicted") predicted = event;
		const line = cutoverLine(event);
		if (line !== undefined) say(line);
	};
	const world: World = {
		nodes: nodesOf(session, described),
		...{ source: stores.source, target: stores.target },
		settings: await targetSettings(named.target, session, wishes, signal),
		pass: {
			indexPath: indexFor(state, stores, isDryRun),
			metadata: { configured: stores.sourceDatabase },
		},
		turn: turnOf(session, keeper, wishes, say),
		id: begun.id,
		repository: session.described.access.repository,
		testRepository: wishes["test-repository"],
		acceptsDamage: wishes["accept-damage"],
		passWithinMs: durationOf("until-stable", wishes["until-stable"]),
		maxDeletes: wishes["max-delete"],
		isSharedRedis: wishes["shared-redis"],
		async approve(signal) {
			if (wishes.yes) return true;
			const text = windowText(STEPS, session.nodes.length, predicted);
			const never = new AbortController().signal;
			return await confirmed(text, "Open the window?", signal ?? never);
		},
		observe,
	};
	const actuators = isDryRun
		? dryRunActuators(world, (sentence) => say(`   ${sentence}`))
		: realActuators(world);
	const result = await runCutover(STEPS, actuators, journal, {
		...{ observe, signal, maxWindowMs },
	}).catch((error: unknown) => {
		throw interruptedCleanly(error);
	});
	if (isDryRun) say("Nothing was changed.");
	else
		for (const line of resultLines(result, {
			source: stores.source.url,
			target: stores.target.url,
		}))
			say(line);
	return report(result, isDryRun, begun);
}

/** A dry run makes no index, but uses one that is there. */
function indexFor(
	state: string,
	{ source, target }: OpenStores,
	isDryRun: boolean,
): string | undefined {
	const path = indexPath(state, source, target);
	return isDryRun && !existsSync(path) ? undefined : path;
}

function report(
	{ windowMs, steps }: CutoverResult,
	isDryRun: boolean,
	{ id, operator }: BegunRecord,
): object {
	return { isDryRun, id, operator, windowMs, steps };
}

/** Notes what is begun; a cutover that has not ended goes on, if it is this one. */
function begin(
	journal: {
		readonly records: readonly JournalRecord[];
		append(record: JournalRecord): void;
	},
	{ source, target }: OpenStores,
): BegunRecord {
	const [first] = journal.records;
	if (first?.type === "begun") {
		if (first.source === source.identity && first.target === target.identity)
			return first;
		throw new CutoverError(
			"refused",
			`Another cutover of this registry, from ${first.source} to ${first.target}, was begun by ${first.operator} (${first.at}) and has not ended. Nothing was changed`,
			{ suggestions: ["Run that one again: it goes on, or goes back."] },
		);
	}
	const begun: BegunRecord = {
		type: "begun",
		id: randomBytes(8).toString("hex"),
		operator: operatorName(process.env),
		source: source.identity,
		target: target.identity,
		at: new Date().toISOString(),
	};
	journal.append(begun);
	return begun;
}

/** Throws a `RegistryError` for kinds of registries of which the way past read-write is not built yet. */
function requireDistribution({
	described: { description },
}: RegistrySession): readonly DistributionDescription[] {
	if (description.kind === "distribution") return description.nodes;
	throw new RegistryError(
		"refused",
		`A registry of the kind ${description.kind} cannot be cut over by this version: only those whose config.yml is edited can. Nothing was changed`,
		{
			suggestions: [
				"Do it step by step: readonly on, sync --delete, verify, config render (README, A migration, in order).",
			],
		},
	);
}

function nodesOf(
	session: RegistrySession,
	described: readonly DistributionDescription[],
): readonly CutoverNode[] {
	return described.map((description, index) => {
		const node = session.nodes[index];
		if (node === undefined) throw new Error(`${description.name} is not open`);
		return {
			node,
			client: session.clientOf(node),
			accept: (name) =>
				acceptConfiguration(description, node.host, `before-${name}`),
		};
	});
}

function turnOf(
	session: RegistrySession,
	keeper: RecordKeeper,
	wishes: CutoverWishes,
	say: (line: string) => void,
): World["turn"] {
	return {
		...switchTimes(wishes),
		keeper,
		isForced: false,
		drainMs: durationOf("drain-timeout", wishes["drain-timeout"] ?? "60s"),
		probe: session.probe,
		operator: operatorName(process.env),
		observe(event) {
			const line = eventLine(event);
			if (line !== undefined) say(`   ${line}`);
		},
		clock: { now: () => performance.now(), wait },
	};
}

/** What the registry is told of the target. */
async function targetSettings(
	named: string,
	{ nodes, described }: RegistrySession,
	wishes: CutoverWishes,
	signal: AbortSignal,
): Promise<World["settings"]> {
	const located = await locateStore(named);
	const target = {
		url: located.url,
		environment: { ...process.env, ...located.environment },
	};
	const redirectDisabled = wishes["disable-redirect"];
	const options = { ...targetOptions(target, wishes), redirectDisabled };
	const [first] = nodes;
	if (first === undefined) throw new RangeError("A registry has nodes");
	const version = wishes["registry-version"];
	try {
		const product =
			version === undefined
				? await findProduct(described.description, first.host, { signal })
				: parseProduct(version);
		const resolved = await resolveTarget(target, { signal });
		const { storage } = driverSettings(resolved, product, options);
		return { storage, redirectDisabled };
	} catch (error) {
		throw asUsage(error);
	}
}

/** What was interrupted and brought back is an interruption, and no failure. */
function interruptedCleanly(error: unknown): unknown {
	if (!(error instanceof CutoverError) || error.code !== "rolled-back")
		return error;
	const { cause, message } = error;
	return cause instanceof Interruption
		? new Interruption(cause.message, [`${message}.`])
		: error;
}
