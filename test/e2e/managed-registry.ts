import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { requireTool } from "../../scripts/services/find-tool.ts";
import { freePort } from "../../scripts/services/free-port.ts";
import type { RegistryServer } from "../../scripts/services/registry.ts";
import { startServer } from "../../scripts/services/server-process.ts";
import { lives, tellToEnd } from "./draining-registry.ts";

/** What the restart command does. */
export type RestartBehaviour =
	/** It tells the process to end, and starts the next one when its port is free, as service managers do. */
	| "restarts"
	/** It does so, and the next process comes up only after two seconds. */
	| "dawdles"
	/** It does nothing, and ends well. */
	| "lies"
	/** It does nothing, and ends badly. */
	| "fails"
	/** It never ends. */
	| "hangs"
	/** It ends the process, and the next one does not come up. */
	| "stops"
	/** It restarts it, and somebody puts the configuration back to what it was at first. */
	| "reverts";

type Behaviour = RestartBehaviour | ((times: number) => RestartBehaviour);

export interface ManagedOptions {
	/** `3`: Distribution; `2`: Debian's docker-registry. */
	readonly version: "3" | "2";
	/** Its configuration, storage, logs and restart command go there. */
	readonly directory: string;
	/** How long a process goes on with what it has begun; default not at all. */
	readonly drainTimeout?: string | undefined;
	/** Its storage, which several may share; default one of its own. */
	readonly storage?: string | undefined;
	/** Lines of its configuration besides. */
	readonly lines?: readonly string[] | undefined;
	/** Lines of its storage section besides. */
	readonly storageLines?: readonly string[] | undefined;
	/** A path that everybody may ask for; default `/v2/`. */
	readonly readyPath?: string | undefined;
}

/** A registry with a configuration file and a restart command, as an operator has one. */
export interface ManagedRegistry {
	readonly url: string;
	readonly configFile: string;
	readonly storage: string;
	/** A shell script. */
	readonly restart: string;
	/** The process that listens, or did last. */
	readonly server: () => RegistryServer;
	/** Changes what the restart command does; by how often it was run, this time included, where that is a function. */
	readonly let: (behaviour: Behaviour) => void;
	/** What the next processes run with in place of the configuration file's text; default that. */
	override: (text: string) => string;
	/** How often the command was run. */
	readonly restarts: () => number;
	/** Waits until the command runs that hangs. */
	readonly hanging: Promise<void>;
}

/** Starts one. All its processes end with the test. */
export async function startManaged(
	options: ManagedOptions,
): Promise<ManagedRegistry> {
	const { version, directory, readyPath = "/v2/" } = options;
	const { product, path, ...tool } = await requireTool(
		version === "3" ? "registry-3" : "registry-2",
	);
	const port = await freePort();
	const { storage = join(directory, "storage") } = options;
	for (const folder of [directory, storage])
		mkdirSync(folder, { recursive: true });
	const configFile = join(directory, "config.yml");
	const original = configuration(options, port, storage);
	writeFileSync(configFile, original);
	const servers: RegistryServer[] = [];
	const url = `http://127.0.0.1:${port}`;
	const overriding = { override: (text: string) => text };
	const start = async () => {
		const text = readFileSync(configFile, "utf8");
		const other = overriding.override(text);
		const file = other === text ? configFile : join(directory, "other.yml");
		if (other !== text) writeFileSync(file, other);
		const { stop, ...server } = await startServer({
			product: `${product} ${tool.version}`,
			command: path,
			arguments: ["serve", file],
			environment: { OTEL_TRACES_EXPORTER: "none" },
			logFile: join(directory, `registry-${servers.length}.log`),
			...{ port, readyPath },
		});
		onTestFinished(stop);
		servers.push({
			...{ ...server, stop, url, product, configFile },
			version: tool.version,
			host: `127.0.0.1:${port}`,
			[Symbol.asyncDispose]: stop,
		});
	};
	await start();
	const server = () => {
		const last = servers.at(-1);
		if (last === undefined) throw new Error("Nothing was started");
		return last;
	};
	const end = async () => {
		if (lives(server())) await tellToEnd(server());
	};
	let behaviourOf = (_: number): RestartBehaviour => "restarts";
	let restarts = 0;
	const hanging = Promise.withResolvers<void>();
	const act = async (): Promise<boolean> => {
		const behaviour = behaviourOf(++restarts);
		switch (behaviour) {
			case "restarts":
			case "dawdles":
			case "reverts":
				await end();
				if (behaviour === "dawdles") await sleep(2000);
				await start();
				if (behaviour === "reverts") writeFileSync(configFile, original);
				return true;
			case "stops":
				await end();
				return true;
			case "lies":
				return true;
			case "fails":
				return false;
			case "hangs":
				hanging.resolve();
				return await new Promise(() => {});
			default:
				return behaviour satisfies never;
		}
	};
	return Object.assign(overriding, {
		...{ url, configFile, storage, server },
		restart: await restartScript(directory, act),
		let: (next: Behaviour) => {
			behaviourOf = typeof next === "function" ? next : () => next;
		},
		restarts: () => restarts,
		hanging: hanging.promise,
	});
}

/** As operators write it, with comments. */
function configuration(
	{ drainTimeout, lines = [], storageLines = [] }: ManagedOptions,
	port: number,
	storage: string,
): string {
	return [
		"# What our registry is configured to.",
		"version: 0.1",
		"log: {level: info, accesslog: {disabled: true}}",
		"storage:",
		`  filesystem: {rootdirectory: ${storage}} # local disk`,
		"  delete:",
		"    enabled: true",
		...storageLines,
		"http:",
		`  addr: 127.0.0.1:${port}`,
		"  secret: regmigrate-test",
		...(drainTimeout === undefined ? [] : [`  draintimeout: ${drainTimeout}`]),
		...lines,
		"",
	].join("\n");
}

/** Writes a script that has the test, which is the service manager, act, and ends well when that went well. */
async function restartScript(
	directory: string,
	act: () => Promise<boolean>,
): Promise<string> {
	const manager = createServer((_, response) => {
		act().then(
			(isWell) => response.writeHead(isWell ? 204 : 500).end(),
			() => response.writeHead(500).end(),
		);
	});
	manager.listen(0, "127.0.0.1");
	await once(manager, "listening");
	onTestFinished(() => {
		manager.closeAllConnections();
		manager.close();
	});
	const address = manager.address();
	const port = typeof address === "object" ? address?.port : undefined;
	const script = join(directory, "restart.sh");
	// By the shell itself: another program would take longer to start than most restarts.
	writeFileSync(
		script,
		`#!/bin/bash
exec 3<>/dev/tcp/127.0.0.1/${port} || exit 1
printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3
read -r _ status _ <&3
[ "$status" = 204 ]
`,
	);
	chmodSync(script, 0o755);
	return script;
}
