import type { RegistryDescription } from "../description.ts";
import type { Call, RegistryNode } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import type { DriverSettings } from "../settings.ts";
import { switchBlockers } from "../target/blockers.ts";
import { findProduct } from "../target/find-product.ts";
import type { Product } from "../target/product.ts";
import { findProgram, requireStartable } from "./find-program.ts";
import { findService, type Service } from "./service.ts";

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
