import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { CommandResult, Host } from "../host/host.ts";
import type { Call } from "../node.ts";
import { ProbeError } from "../probe/probe-error.ts";
import { RegistryClient } from "../probe/registry-client.ts";
import { RegistryError } from "../registry-error.ts";
import { SERVE_SCRIPT } from "./serve-script.ts";
import {
	IDENTITY_HEADER,
	type ServedConfiguration,
	servedConfiguration,
} from "./served-configuration.ts";
import type { ServiceUser } from "./service.ts";

/** What is served. Secrets inside (I7). */
export interface Serving
	extends Pick<
		ServedConfiguration,
		"storage" | "isReadOnly" | "redirectDisabled" | "isGitLab"
	> {
	/** The path of the registry's program on the host. */
	readonly program: string;
	/** `undefined`: who runs commands there. */
	readonly user: ServiceUser | undefined;
	/** Commands of a shell, as `servedEnvironment` makes them. */
	readonly environment: string;
}

/** A registry that is served for a rehearsal. Disposing ends it. */
export interface ServedRegistry extends AsyncDisposable {
	readonly client: RegistryClient;
	/** Ends it, and waits until it is gone. Resolves to the end of its log, which may hold secrets. */
	stop(): Promise<string>;
}

/** A registry that did not come up, or went down; with the end of its log, which may hold secrets. */
export class ServeError extends RegistryError {
	readonly log: string;

	constructor(message: string, log: string) {
		super("failed", message);
		this.log = log;
	}
}

/** How long a registry may take to answer (ms): a driver that waits for its store tries again and again. */
const START_MS = 90_000;
const POLL_MS = 100;
/** How long it may be silent while it waits for its store (ms). */
const SILENCE_MS = 90_000;
/** What the script ends with when it could not prepare the start. */
const UNPREPARED = 2;
/** Longer than any rehearsal (ms). */
const LONGEST_MS = 6 * 60 * 60_000;

/**
 * Serves a registry on this machine's loopback, by the program of a host that shares it, and waits until it answers. It
 * ends for sure: when it is stopped, or this process ends in whatever way. Rejects with a `ServeError` when it does not
 * come up.
 */
export async function serveRegistry(
	host: Host,
	serving: Serving,
	{ signal }: Call = {},
): Promise<ServedRegistry> {
	signal?.throwIfAborted();
	const random = () => randomBytes(16).toString("hex");
	const listening = {
		port: await freePort(),
		identity: random(),
		path: random(),
	};
	const configuration = Buffer.from(
		servedConfiguration({ ...serving, ...listening, secret: random() }),
	);
	const environment = Buffer.from(serving.environment);
	const { uid = "", gid = "", groups = "" } = serving.user ?? {};
	const input = new PassThrough();
	input.write(configuration);
	input.write(environment);
	const sizes = [configuration, environment].map(({ length }) => `${length}`);
	const running = host.run(
		[
			...(["sh", "-c", SERVE_SCRIPT, "sh"] as const),
			...[uid, gid, groups, serving.program, ...sizes],
		],
		{ input, timeoutMs: LONGEST_MS },
	);
	const ended = running.then(
		(result): Ended => ({ result }),
		(error: unknown): Ended => ({ error }),
	);
	const url = new URL(`http://127.0.0.1:${listening.port}/${listening.path}/`);
	const client = new RegistryClient(url, {
		environment: directly(url.host),
		silenceMs: SILENCE_MS,
	});
	const stop = async (): Promise<string> => {
		input.end();
		const end = await ended;
		await client[Symbol.asyncDispose]();
		return "result" in end ? logOf(end.result) : "";
	};
	try {
		await isUp(client, listening.identity, ended, signal);
	} catch (error) {
		const log = await stop();
		throw error instanceof NotUp
			? new ServeError(
					`${serving.program} on ${host.name} ${error.message}`,
					log,
				)
			: error;
	}
	return {
		client,
		stop,
		[Symbol.asyncDispose]: async () => void (await stop()),
	};
}

/** How the shell that serves it ended. */
type Ended = { readonly result: CommandResult } | { readonly error: unknown };

function logOf({ stdout, stderr }: CommandResult): string {
	return `${stdout.toString()}${stderr}`;
}

/** Why a registry did not come up, as a clause. */
class NotUp extends Error {}

async function isUp(
	client: RegistryClient,
	identity: string,
	ended: Promise<Ended>,
	signal: AbortSignal | undefined,
): Promise<void> {
	const deadline = performance.now() + START_MS;
	for (;;) {
		signal?.throwIfAborted();
		const answer = await Promise.race([
			ended,
			answers(client, identity, signal),
		]);
		if (answer === true) return;
		if (typeof answer === "object") {
			if ("error" in answer) throw answer.error;
			const { code, stderr } = answer.result;
			if (code === UNPREPARED)
				throw new RegistryError(
					"failed",
					`Cannot start a registry for the rehearsal: ${stderr.trim().split("\n").at(-1)}`,
				);
			throw new NotUp("ended before it answered");
		}
		if (performance.now() > deadline)
			throw new NotUp(`did not answer within ${START_MS / 1000} s`);
		await sleep(POLL_MS, undefined, { signal });
	}
}

async function answers(
	client: RegistryClient,
	identity: string,
	signal: AbortSignal | undefined,
): Promise<boolean> {
	try {
		const { status, headers } = await client.request({
			method: "GET",
			path: "/v2/",
			scope: "",
			signal,
		});
		return status === 200 && headers[IDENTITY_HEADER] === identity;
	} catch (error) {
		if (error instanceof ProbeError) return false;
		throw error;
	}
}

/** Nobody else is asked for what is on this machine, whatever proxies there are for all others. */
function directly(host: string): NodeJS.ProcessEnv {
	const { no_proxy, NO_PROXY } = process.env;
	const others = no_proxy || NO_PROXY;
	return {
		...process.env,
		no_proxy: others ? `${others},${host}` : host,
	};
}

async function freePort(): Promise<number> {
	const server = createServer();
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	server.close();
	await once(server, "close");
	if (address === null || typeof address === "string")
		throw new Error("a server on a port has an address");
	return address.port;
}
