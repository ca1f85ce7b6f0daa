import { formatDigest } from "../../layout/digest.ts";
import type { ObjectStore } from "../../store/object-store.ts";
import type { RegistryDescription } from "../description.ts";
import type { Call, RegistryNode } from "../node.ts";
import { sampleTags } from "../probe/sample-tags.ts";
import { RegistryError } from "../registry-error.ts";
import type { DriverSettings } from "../settings.ts";
import { switchBlockers } from "../target/blockers.ts";
import { findProduct } from "../target/find-product.ts";
import type { Product } from "../target/product.ts";
import { taggedDigest } from "./choose-repositories.ts";
import { findProgram, requireStartable } from "./find-program.ts";
import type { CopiedImage } from "./reading-steps.ts";
import { rehearseNode } from "./rehearse-node.ts";
import type { Scratch } from "./scratch.ts";
import { servedEnvironment } from "./served-environment.ts";
import { findService, type Service } from "./service.ts";
import type { StepResult } from "./step.ts";

/** A node, and what its registry is run by. Secrets inside (I7). */
export interface FoundNode {
	readonly node: RegistryNode;
	/** The path of its program. */
	readonly program: string;
	readonly service: Service;
}

/** What the nodes of a registry are rehearsed with. Secrets inside (I7). */
export interface Told {
	/** What it is to be told of the target. */
	readonly storage: DriverSettings;
	/** Default: as the node has it. */
	readonly redirectDisabled?: boolean | undefined;
}

/** A node that can be rehearsed, and how. Secrets inside (I7). */
export interface PreparedNode extends FoundNode {
	readonly redirectDisabled: boolean;
	/** What the operator should know: sentences. */
	readonly notes: readonly string[];
}

/** What became of a node's rehearsal. */
export interface NodeResult {
	readonly node: string;
	readonly program: string;
	readonly steps: readonly StepResult[];
}

export interface RehearseAllOptions extends Call {
	/** Called with each result as it is there; must not throw. */
	readonly observe?: ((node: string, result: StepResult) => void) | undefined;
}

/** Images that are pulled, at most. */
const MOST_IMAGES = 12;

/**
 * Finds out what the registries of nodes are run by. Rejects with a `RegistryError`, of code `refused` for a node whose
 * loopback is not ours.
 */
export async function findNodes(
	description: RegistryDescription,
	nodes: readonly RegistryNode[],
	call: Call = {},
): Promise<readonly FoundNode[]> {
	const elsewhere = nodes.filter(({ host }) => !host.isLocal);
	if (elsewhere.length > 0) throw notHere(elsewhere);
	for (const { name } of nodes) requireStartable(description, name);
	const found: FoundNode[] = [];
	for (const node of nodes) {
		const { host, name } = node;
		const service = await findService(node, call);
		const running = service.program;
		const program = await findProgram(
			description,
			name,
			{ host, running },
			call,
		);
		found.push({ node, program, service });
	}
	return found;
}

/** Finds out which product and version is rehearsed, by the program of the first node. Rejects with a `RegistryError`. */
export async function findRehearsedProduct(
	description: RegistryDescription,
	[first]: readonly FoundNode[],
	call: Call = {},
): Promise<Product> {
	if (first === undefined) throw new RangeError("A registry has nodes");
	const { node, program } = first;
	if (description.kind !== "distribution")
		return await findProduct(description, node.host, call);
	// Another may be on the PATH than the one that runs.
	const nodes = description.nodes
		.filter(({ name }) => name === node.name)
		.map((one) => ({ ...one, program }));
	return await findProduct({ ...description, nodes }, node.host, call);
}

/** Finds out how nodes are rehearsed. Changes nothing. Rejects with a `RegistryError` or a `ConfigurationError`. */
export async function prepareNodes(
	nodes: readonly FoundNode[],
	told: Told,
	call: Call = {},
): Promise<readonly PreparedNode[]> {
	const prepared: PreparedNode[] = [];
	for (const found of nodes) {
		const effective = await found.node.settings(call);
		if (effective?.database === "on") throw hasDatabase(found.node);
		const { storage } = told;
		const { redirectDisabled = effective?.redirectDisabled ?? false } = told;
		const blockers =
			effective === undefined
				? []
				: switchBlockers(effective, { storage, redirectDisabled });
		const notes = [
			...found.service.notes,
			...blockers.map(
				({ message }) =>
					`Not part of the rehearsal, and in the way of a switch: ${message}`,
			),
		];
		prepared.push({ ...found, redirectDisabled, notes });
	}
	return prepared;
}

function hasDatabase({ name }: RegistryNode): RegistryError {
	return new RegistryError(
		"refused",
		`Cannot rehearse ${name}: its metadata is in a database, and which images there are cannot be told from its storage`,
		{
			suggestions: [
				"Try the target with a registry without one: on another machine, with the same settings (regmigrate config render).",
			],
		},
	);
}

function notHere(nodes: readonly RegistryNode[]): RegistryError {
	const names = nodes.map(({ name, host }) => `${name} (${host.name})`);
	return new RegistryError(
		"refused",
		`Cannot rehearse ${names.join(", ")} from here: a rehearsal is served on the loopback address of the node, which only that machine reaches`,
		{
			suggestions: [
				"Run regmigrate rehearse there, in the container too; --node NAME rehearses only the nodes that are named.",
			],
		},
	);
}

/** The images in a copy of some repositories, by digest: some of their tags. Rejects with a `StoreError`. */
export async function imagesIn(
	store: ObjectStore,
	call: Call = {},
): Promise<readonly CopiedImage[]> {
	const tags = await sampleTags(store, { count: MOST_IMAGES, ...call });
	const images = new Map<string, CopiedImage>();
	for (const tag of tags) {
		const found = await taggedDigest(store, tag, call);
		if (found === undefined) continue;
		const digest = formatDigest(found);
		const { repository } = tag;
		images.set(`${repository}@${digest}`, { repository, digest });
	}
	return [...images.values()];
}

/** The part of a scratch place that images are copied to. */
export const PULLS = "pulls";

/**
 * Rehearses the nodes, one after the other, on a scratch place that images were copied to. Of each, no registry is left
 * running when this resolves or rejects; the place stays to be removed.
 */
export async function rehearseNodes(
	nodes: readonly PreparedNode[],
	{
		storage,
		isGitLab,
	}: { readonly storage: DriverSettings; readonly isGitLab: boolean },
	{
		scratch,
		images,
	}: { readonly scratch: Scratch; readonly images: readonly CopiedImage[] },
	{ observe = () => {}, signal }: RehearseAllOptions = {},
): Promise<readonly NodeResult[]> {
	const results: NodeResult[] = [];
	for (const [number, prepared] of nodes.entries()) {
		const { node, program, service, redirectDisabled } = prepared;
		const part = `pushes-${number + 1}`;
		const steps = await rehearseNode(
			{
				host: node.host,
				serving: {
					program,
					user: service.user,
					environment: servedEnvironment(service.environment),
					redirectDisabled,
					isGitLab,
				},
				pulls: scratch.storage(storage, PULLS),
				pushes: scratch.storage(storage, part),
				pushed: scratch.store(part),
				images,
			},
			{ observe: (result) => observe(node.name, result), signal },
		);
		results.push({ node: node.name, program, steps });
	}
	return results;
}
