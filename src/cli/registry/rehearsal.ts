import type { RegistryNode } from "../../registry/node.ts";
import { openNodes } from "../../registry/open-nodes.ts";
import { RegistryError } from "../../registry/registry-error.ts";
import {
	findNodes,
	findRehearsedProduct,
	prepareNodes,
} from "../../registry/rehearsal/prepared-nodes.ts";
import {
	imagesIn,
	type NodeResult,
	PULLS,
	rehearseNodes,
} from "../../registry/rehearsal/rehearse.ts";
import {
	leftScratch,
	newScratch,
	type Scratch,
} from "../../registry/rehearsal/scratch.ts";
import { parseProduct, productName } from "../../registry/target/product.ts";
import { messageOf } from "../../store/thrown.ts";
import { formatBytes, formatObjects } from "../format.ts";
import { openStores } from "../stores.ts";
import { selectionOptions } from "../sync/selection.ts";
import { UsageError } from "../usage-error.ts";
import { describedRegistry, type RegistryWishes } from "./registry-flags.ts";
import { chooseSubset, copySubset, type Subset } from "./rehearsal-copy.ts";
import { leftNote, planned, stepLines } from "./rehearsal-lines.ts";
import { targetSettings } from "./rehearsal-settings.ts";
import type { TargetWishes } from "./target-flags.ts";

/** What the flags of `rehearse` say. */
export interface RehearsalWishes extends RegistryWishes, TargetWishes {
	readonly repositories: number;
	readonly include: readonly string[] | undefined;
	readonly "max-mib": number;
	readonly node: readonly string[] | undefined;
	readonly "dry-run": boolean;
	readonly "registry-version": string | undefined;
	readonly "disable-redirect"?: boolean | undefined;
}

/** Where it is shown, and what ends it. */
export interface RehearsalOutput {
	/** A line of a result. */
	readonly say: (line: string) => void;
	/** A sentence. */
	readonly tell: (text: string) => void;
	/** A sentence of trouble beside it. */
	readonly warn: (text: string) => void;
	readonly signal: AbortSignal;
}

/** What `--json` prints. */
export interface RehearsalReport {
	/** Whether each step of each node passed; also where it was not made (`--dry-run`). */
	readonly isPassed: boolean;
	readonly isDryRun: boolean;
	readonly product: string;
	readonly driver: string;
	/** Where it was made, in the target. */
	readonly scratch: string;
	readonly repositories: readonly string[];
	readonly notes: readonly string[];
	readonly nodes: readonly NodeResult[];
	/** Objects that were removed from the scratch place in the end. */
	readonly removed: number;
}

/** How long the scratch place is emptied after an interruption, at most (ms). */
const REMOVAL_MS = 10 * 60_000;

/** Makes a rehearsal, and shows it. Rejects with what the command ends with. */
export async function runRehearsal(
	named: { readonly source: string; readonly target: string },
	wishes: RehearsalWishes,
	output: RehearsalOutput,
): Promise<RehearsalReport> {
	const { signal, tell } = output;
	const { include = [] } = selectionOptions({
		include: wishes.include,
		exclude: undefined,
		"skip-unreferenced": false,
	});
	const { description } = await describedRegistry(wishes);
	const nodes = chosenNodes(await openNodes(description), wishes.node);
	const found = await findNodes(description, nodes, { signal });
	const version = wishes["registry-version"];
	const product =
		version === undefined
			? await findRehearsedProduct(description, found, { signal })
			: parseProduct(version);
	const settings = await targetSettings(named.target, product, wishes, signal);
	const { storage } = settings;
	const isGitLab = product.name === "gitlab";
	const redirectDisabled = wishes["disable-redirect"];
	const told = { storage, redirectDisabled };
	const prepared = await prepareNodes(found, told, { signal });
	await using stores = await openStores(
		{
			...named,
			ifNoTarget: "If it is the right one, create it and run this again.",
			isTargetWritten: true,
		},
		signal,
	);
	const subset: Subset = {
		include,
		repositories: wishes.repositories,
		maxBytes: wishes["max-mib"] * 1024 * 1024,
	};
	const chosen = await chooseSubset(stores.source, subset, signal);
	const scratch = newScratch(stores.target);
	tell(`${productName(product)}, driver ${storage.driver}, in ${scratch.url}`);
	tell(chosen.message);
	const notes = [
		...settings.notes,
		...prepared.flatMap(({ node, notes }) =>
			notes.map((note) => `${node.name}: ${note}`),
		),
		...leftNote(stores.target, await leftScratch(stores.target, signal)),
	];
	for (const note of notes) tell(`Note: ${note}`);
	const report = {
		isDryRun: wishes["dry-run"],
		product: productName(product),
		driver: storage.driver,
		scratch: scratch.url,
		repositories: chosen.include,
		notes,
	};
	if (wishes["dry-run"]) {
		for (const text of planned(prepared, scratch)) tell(text);
		return { ...report, isPassed: true, nodes: [], removed: 0 };
	}
	const { results, removed } = await onScratch(scratch, output, async () => {
		const { copied } = await copySubset(
			stores.source,
			scratch.store(PULLS),
			{ ...subset, include: chosen.include },
			{ database: stores.sourceDatabase, signal },
		);
		tell(
			`Copied ${formatObjects(copied.objects)}, ${formatBytes(copied.bytes)}.`,
		);
		const images = await imagesIn(scratch.store(PULLS), { signal });
		if (images.length === 0)
			throw new RegistryError(
				"refused",
				"Cannot rehearse: the repositories that were copied have no tag",
				{ suggestions: ["Name others with --include."] },
			);
		let shown: string | undefined;
		return await rehearseNodes(
			prepared,
			{ storage, isGitLab },
			{ scratch, images },
			{
				signal,
				observe: (node, result) => {
					if (node !== shown) {
						const found = prepared.find((one) => one.node.name === node);
						tell(`Node ${node}, ${found?.program}:`);
					}
					shown = node;
					for (const line of stepLines(result)) output.say(line);
				},
			},
		);
	});
	const isPassed = results.every(({ steps }) =>
		steps.every(({ outcome }) => outcome === "passed"),
	);
	tell(
		isPassed
			? `All passed. ${formatObjects(removed)} removed from the scratch place.`
			: `The registry cannot be switched to this target as it is. ${formatObjects(removed)} removed from the scratch place.`,
	);
	return { ...report, isPassed, nodes: results, removed };
}

/** Does something on a scratch place, and empties it, whatever came of that. */
async function onScratch<Result>(
	scratch: Scratch,
	{ warn }: RehearsalOutput,
	rehearse: () => Promise<Result>,
): Promise<{ readonly results: Result; readonly removed: number }> {
	let removed = 0;
	let results: Result;
	try {
		results = await rehearse();
	} finally {
		try {
			removed = await scratch.remove(AbortSignal.timeout(REMOVAL_MS));
		} catch (error) {
			const why = messageOf(error);
			warn(
				`Objects of the rehearsal are left in ${scratch.url}: ${why}. Remove all that lies there.`,
			);
		}
	}
	return { results, removed };
}

function chosenNodes(
	nodes: readonly RegistryNode[],
	names: readonly string[] | undefined,
): readonly RegistryNode[] {
	if (names === undefined) return nodes;
	const unknown = names.find(
		(name) => !nodes.some((node) => node.name === name),
	);
	if (unknown !== undefined)
		throw new UsageError(`There is no node ${JSON.stringify(unknown)}`, [
			`There are ${nodes.map(({ name }) => name).join(", ")}.`,
		]);
	return nodes.filter(({ name }) => names.includes(name));
}
