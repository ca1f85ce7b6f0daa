import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Call, RegistryNode } from "../../registry/node.ts";
import { type OpenNodesOptions, openNodes } from "../../registry/open-nodes.ts";
import { findCredentials } from "../../registry/probe/auth-file.ts";
import type { Credentials } from "../../registry/probe/credentials.ts";
import { probeWrites } from "../../registry/probe/probe-writes.ts";
import { RegistryClient } from "../../registry/probe/registry-client.ts";
import {
	askVersion,
	type RegistryVersion,
} from "../../registry/probe/registry-version.ts";
import type { WatchedNode } from "../../registry/probe/watch-writes.ts";
import type { WriteState } from "../../registry/probe/write-state.ts";
import { readText } from "../read-text.ts";
import { UsageError } from "../usage-error.ts";
import type { DescribedRegistry, RegistryAccess } from "./registry-file.ts";
import { describedRegistry, type RegistryWishes } from "./registry-flags.ts";

/** A registry's nodes, and a client for each. Disposing closes the connections. */
export class RegistrySession implements AsyncDisposable {
	readonly nodes: readonly RegistryNode[];
	readonly described: DescribedRegistry;
	/** By the names of nodes. */
	readonly #clients: ReadonlyMap<string, RegistryClient>;

	constructor(
		described: DescribedRegistry,
		clients: ReadonlyMap<RegistryNode, RegistryClient>,
	) {
		this.described = described;
		this.nodes = [...clients.keys()];
		this.#clients = new Map(
			[...clients].map(([{ name }, client]) => [name, client]),
		);
	}

	readonly probe = async (
		node: RegistryNode,
		call: Call,
	): Promise<WriteState> => {
		const { repository } = this.described.access;
		return await probeWrites(this.#client(node), { ...call, repository });
	};

	/** Who asks a node. */
	clientOf(node: RegistryNode): RegistryClient {
		return this.#client(node);
	}

	readonly askVersion = async (
		node: RegistryNode,
		call: Call,
	): Promise<RegistryVersion> => await askVersion(this.#client(node), call);

	/** The nodes as they are watched. */
	get watched(): readonly WatchedNode[] {
		const { repository } = this.described.access;
		return this.nodes.map((node) => ({
			name: node.name,
			client: this.#client(node),
			repository,
		}));
	}

	/** The file that keeps what this registry was found to be: known again by where its nodes answer. */
	recordPath(stateDirectory: string): string {
		const urls = this.nodes.map(({ url }) => url.origin).sort();
		const name = createHash("sha256").update(urls.join("\n")).digest("hex");
		return join(stateDirectory, `registry-${name.slice(0, 16)}.db`);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		for (const client of this.#clients.values())
			await client[Symbol.asyncDispose]();
	}

	#client({ name }: RegistryNode): RegistryClient {
		const client = this.#clients.get(name);
		if (client === undefined) throw new Error(`${name} is not open`);
		return client;
	}
}

/** Opens the registry that the flags of a command mean. Rejects with a `UsageError` or a `RegistryError`. */
export async function openRegistry(
	wishes: RegistryWishes,
	options: OpenNodesOptions = {},
): Promise<RegistrySession> {
	const described = await describedRegistry(wishes);
	const { access, description } = described;
	const clients = new Map<RegistryNode, RegistryClient>();
	for (const node of await openNodes(description, options)) {
		const credentials = await credentialsFor(node, access);
		const { serverName } = access;
		clients.set(
			node,
			new RegistryClient(node.url, { credentials, serverName }),
		);
	}
	return new RegistrySession(described, clients);
}

async function credentialsFor(
	{ url }: RegistryNode,
	{ username, passwordFile, tokenFile, serverName }: RegistryAccess,
): Promise<Credentials | undefined> {
	if (tokenFile !== undefined)
		return { kind: "bearer", token: await secretIn(tokenFile) };
	if (username !== undefined && passwordFile !== undefined) {
		const password = await secretIn(passwordFile);
		return { kind: "password", username, password };
	}
	return await findCredentials([
		...(serverName === undefined ? [] : [serverName]),
		url.host,
	]);
}

async function secretIn(file: string): Promise<string> {
	const text = await readText(
		file,
		(reason) =>
			new UsageError(`Cannot read ${file}: ${reason}`, [
				"Name another in regmigrate.yml, under access.",
			]),
	);
	return text.trim();
}
