import { execFileSync } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onFreePort } from "../../../scripts/services/free-port.ts";
import {
	type RunningProcess,
	startServer,
} from "../../../scripts/services/server-process.ts";
import type { KubernetesApi } from "./kubernetes-api.ts";
import {
	at,
	type KubernetesObject,
	listOf,
	mapOf,
} from "./kubernetes-object.ts";

/** The registry's pods as child processes, and the Service before them. */
export interface RegistryPods {
	/** Where the Service answers: each connection goes to the next pod that is ready. */
	readonly url: URL;
	/** Where a pod keeps what it runs with. */
	configurations(): readonly string[];
	/** From now on pods that are to end go on for as long as `isHeld`. */
	hold(isHeld: boolean): void;
	/** From now on new pods are not started. */
	stall(isStalled: boolean): void;
	/** From now on no pod of such a Deployment becomes ready, and the cluster gives its rollout up: the old ones go on. */
	breakWhere(isBroken: (deployment: KubernetesObject) => boolean): void;
	/** Waits until nothing is on its way. */
	settle(): Promise<void>;
	stop(): Promise<void>;
}

interface Pod {
	readonly name: string;
	readonly server: RunningProcess;
	readonly port: number;
	readonly folder: string;
	isReady: boolean;
}

/** Does for the Deployment of that name what the cluster would: a new template brings new pods, then the old ones end. */
export async function startRegistryPods(
	api: KubernetesApi,
	name: string,
	{ program, folder }: { readonly program: string; readonly folder: string },
): Promise<RegistryPods> {
	let pods: readonly Pod[] = [];
	let isHeld = false;
	let isStalled = false;
	let isBroken = (_: KubernetesObject) => false;
	let next = 0;
	let work: Promise<void> = Promise.resolve();

	const sockets = new Set<Socket>();
	const service = createServer((client) => {
		const ready = pods.filter(({ isReady }) => isReady);
		const pod = ready[next++ % Math.max(ready.length, 1)];
		if (pod === undefined) return void client.destroy();
		const upstream = connect(pod.port, "127.0.0.1");
		for (const socket of [client, upstream]) {
			sockets.add(socket);
			// A client is not left waiting for a pod that is gone.
			socket.on("error", () => {
				client.destroy();
				upstream.destroy();
			});
			socket.on("close", () => sockets.delete(socket));
		}
		client.pipe(upstream).pipe(client);
	});
	await new Promise<void>((resolve) =>
		service.listen(0, "127.0.0.1", () => resolve()),
	);
	const address = service.address();
	if (typeof address !== "object" || address === null)
		throw new Error("The service has no port");

	const end = async (pod: Pod) => {
		pod.isReady = false;
		const object = api.get("pods", pod.name);
		if (object !== undefined) {
			const deletionTimestamp = new Date().toISOString();
			const metadata = { ...object.metadata, deletionTimestamp };
			api.put("pods", { ...object, metadata });
		}
		while (isHeld) await sleep(20);
		await pod.server.stop();
		api.remove("pods", pod.name);
		pods = pods.filter((one) => one !== pod);
	};
	const rollOut = async (deployment: KubernetesObject) => {
		// Helm makes it after the Deployment.
		const replicas = () =>
			Number(
				at(api.get("horizontalpodautoscalers", name), "spec", "minReplicas") ??
					1,
			);
		const generation = deployment.metadata.generation;
		const status = (
			updatedReplicas: number,
			total: number,
			conditions: readonly object[] = [],
		) => {
			const current = api.get("deployments", name);
			if (current === undefined || current.metadata.generation !== generation)
				return;
			api.put("deployments", {
				...current,
				status: {
					observedGeneration: generation,
					replicas: total,
					updatedReplicas,
					availableReplicas: Math.min(total, replicas()),
					conditions,
				},
			});
		};
		const old = pods;
		status(0, old.length);
		while (isStalled) await sleep(20);
		if (isBroken(deployment)) {
			const reason = "ProgressDeadlineExceeded";
			status(1, old.length + 1, [
				{ type: "Progressing", status: "False", reason },
			]);
			return;
		}
		for (let count = 1; count <= replicas(); count++) {
			pods = [...pods, await startPod(api, deployment, { program, folder })];
			status(count, pods.length);
		}
		await Promise.all(old.map(end));
		status(pods.length, pods.length);
	};
	api.onDeployment((deployment) => {
		if (deployment.metadata.name === name)
			work = work.then(() => rollOut(deployment));
	});
	return {
		url: new URL(`http://127.0.0.1:${address.port}`),
		configurations: () =>
			pods.map((pod) =>
				readFileSync(join(pod.folder, "registry/config.yml"), "utf8"),
			),
		hold: (held) => {
			isHeld = held;
		},
		stall: (stalled) => {
			isStalled = stalled;
		},
		breakWhere: (broken) => {
			isBroken = broken;
		},
		settle: async () => await work,
		async stop() {
			isHeld = false;
			isStalled = false;
			await work;
			await Promise.all(pods.map(end));
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => service.close(resolve));
		},
	};
}

async function startPod(
	api: KubernetesApi,
	deployment: KubernetesObject,
	{ program, folder }: { readonly program: string; readonly folder: string },
): Promise<Pod> {
	const template = at(deployment, "spec", "template");
	const hash = createHash("sha256")
		.update(JSON.stringify(template))
		.digest("hex")
		.slice(0, 10);
	const name = `${deployment.metadata.name}-${hash}-${randomUUID().slice(0, 5)}`;
	const own = join(folder, name);
	mountVolumes(api, template, own);
	configure(own);
	const { server, port } = await onFreePort(async (free) => {
		const file = join(own, "registry/config.yml");
		const config = readFileSync(file, "utf8")
			.replaceAll("/etc/docker/registry", join(own, "registry"))
			.replace("addr: :5000", `addr: 127.0.0.1:${free}`);
		const served = join(own, "served.yml");
		writeFileSync(served, config);
		return {
			port: free,
			server: await startServer({
				product: "the registry of a pod",
				command: program,
				arguments: ["serve", served],
				environment: {
					OTEL_TRACES_EXPORTER: "none",
					...environmentOf(template),
				},
				logFile: join(own, "registry.log"),
				port: free,
				readyPath: "/v2/",
			}),
		};
	});
	const labels = mapOf(at(template, "metadata", "labels"));
	const { namespace } = deployment.metadata;
	api.put("pods", {
		apiVersion: "v1",
		kind: "Pod",
		metadata: {
			name,
			namespace,
			labels: { ...labels, "pod-template-hash": hash },
		},
		status: { phase: "Running" },
	});
	return { name, server, port, folder: own, isReady: true };
}

/** The ConfigMaps and Secrets of the projected volume as files, as an init container sees them. */
function mountVolumes(api: KubernetesApi, template: unknown, folder: string) {
	const volumes = listOf(at(template, "spec", "volumes"));
	const sources = volumes.flatMap((volume) =>
		listOf(at(volume, "projected", "sources")),
	);
	const write = (path: string, content: Buffer | string) => {
		const file = join(folder, "config", path);
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, content);
	};
	for (const source of sources) {
		const map = api.get("configmaps", String(at(source, "configMap", "name")));
		for (const [key, text] of Object.entries(mapOf(map?.data)))
			write(key, String(text));
		const secret = mapOf(source).secret;
		if (secret === undefined) continue;
		const data = mapOf(api.get("secrets", String(at(secret, "name")))?.data);
		for (const item of listOf(at(secret, "items"))) {
			const { key, path } = mapOf(item);
			const value = data[String(key)];
			// A pod whose Secret lacks a key does not start.
			if (value === undefined) throw new Error(`No key ${key} in a Secret`);
			write(String(path), Buffer.from(String(value), "base64"));
		}
	}
}

/** Runs the chart's own script, in a folder in place of the container's root. */
function configure(folder: string) {
	mkdirSync(join(folder, "registry"), { recursive: true });
	const script = readFileSync(join(folder, "config/configure"), "utf8")
		.replaceAll(/(?<![\w.])\/templates\//g, `${folder}/config/`)
		.replaceAll(/(?<![\w.])\/config\//g, `${folder}/config/`)
		.replaceAll(/(?<![\w.])\/registry\//g, `${folder}/registry/`);
	execFileSync("sh", ["-c", script], { stdio: "pipe" });
}

function environmentOf(template: unknown): Record<string, string> {
	const containers = listOf(at(template, "spec", "containers"));
	return Object.fromEntries(
		listOf(at(containers[0], "env")).map((variable) => {
			const { name, value } = mapOf(variable);
			return [String(name), String(value)];
		}),
	);
}
