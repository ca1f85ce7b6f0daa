import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import {
	type Document,
	makeConfig,
	makeManifest,
	PLATFORMS,
} from "../../scripts/sample-registry/image.ts";
import { makeLayer } from "../../scripts/sample-registry/layer.ts";
import {
	type RegistryOptions,
	type RegistryServer,
	startRegistry,
} from "../../scripts/services/registry.ts";
import { pushBlob } from "./registry-client.ts";

/** How long a registry of these tests goes on with what it has begun, when it is told to end. */
const DRAIN = { draintimeout: "60s" };

/** Starts a registry that goes on with what it has begun when it is told to end. */
export async function startDrainable(
	options: RegistryOptions,
): Promise<RegistryServer> {
	return await startRegistry({
		...options,
		http: { ...DRAIN, ...options.http },
	});
}

/** A push whose manifest is half sent. */
export interface HalfSentPush {
	readonly repository: string;
	readonly tag: string;
	/** Sends the rest, and resolves to the status that it is answered with; 0 when the connection is closed instead. */
	finish(): Promise<number>;
	/** Closes the connection. */
	abandon(): void;
}

/** Pushes an image, but for the second half of its manifest. */
export async function beginPush(
	registry: RegistryServer,
	repository: string,
	tag: string,
): Promise<HalfSentPush> {
	const manifest = await pushBlobs(registry, repository, tag);
	const { hostname, port } = new URL(registry.url);
	const socket = connect(Number(port), hostname);
	await once(socket, "connect");
	const answered = statusOf(socket);
	const half = Math.floor(manifest.blob.length / 2);
	socket.write(
		[
			`PUT /v2/${repository}/manifests/${tag} HTTP/1.1`,
			`Host: ${registry.host}`,
			`Content-Type: ${manifest.mediaType}`,
			`Content-Length: ${manifest.blob.length}`,
			"\r\n",
		].join("\r\n"),
	);
	socket.write(manifest.blob.subarray(0, half));
	// The registry has begun to read it: what has only been sent, a process that ends need not take.
	await sleep(200);
	return {
		repository,
		tag,
		finish: async () => {
			socket.write(manifest.blob.subarray(half));
			return await answered;
		},
		abandon: () => socket.destroy(),
	};
}

/** Pushes all of an image but its manifest, which is what this resolves with. */
export async function pushBlobs(
	registry: RegistryServer,
	repository: string,
	tag: string,
): Promise<Document> {
	const layer = makeLayer("content", Buffer.from(`${repository}:${tag}`));
	const reference = { ...layer, size: layer.blob.length };
	const config = makeConfig(tag, PLATFORMS[0], [reference], "docker");
	await pushBlob(registry, repository, layer);
	await pushBlob(registry, repository, config);
	return makeManifest(config, [reference], "docker");
}

async function statusOf(socket: Socket): Promise<number> {
	try {
		for await (const chunk of socket) {
			const [, status] = /^HTTP\/1\.1 (\d+)/.exec(String(chunk)) ?? [];
			return Number(status ?? 0);
		}
	} catch {
		// The connection was reset: nobody answers any more.
	}
	return 0;
}

/**
 * Tells a registry to end, as every restart does, and waits until it listens no more. While a push is half sent its
 * process lives on, and its port is free for another.
 */
export async function tellToEnd(registry: RegistryServer): Promise<void> {
	process.kill(registry.pid, "SIGTERM");
	while (await listens(registry)) await sleep(25);
}

async function listens({ url }: RegistryServer): Promise<boolean> {
	const { hostname, port } = new URL(url);
	const socket = connect(Number(port), hostname);
	try {
		await once(socket, "connect");
		return true;
	} catch {
		// Refused.
		return false;
	} finally {
		socket.destroy();
	}
}

/** Whether a registry's process is there still. */
export function lives({ pid }: RegistryServer): boolean {
	try {
		return process.kill(pid, 0);
	} catch {
		// There is no such process.
		return false;
	}
}
