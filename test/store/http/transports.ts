import { once } from "node:events";
import { createServer as createTlsServer } from "node:https";
import { inspect } from "node:util";
import { expect, onTestFinished } from "vitest";
import type { Environment } from "../../../src/store/environment.ts";
import type { StoreError } from "../../../src/store/errors.ts";
import { fromNetwork } from "../../../src/store/http/network-errors.ts";
import { Transport } from "../../../src/store/http/transport.ts";
import { Authority, type Certificate } from "./certificates.ts";
import { failureOf } from "./failures.ts";
import { originOf } from "./http-server.ts";
import { InspectingProxy, type ProxyOptions } from "./inspecting-proxy.ts";

/** What the proxies of these tests trust. */
export const authority = new Authority("test");
/** A request whose path must stay as it is. */
export const GET = {
	method: "GET",
	path: "/a%2Fb?c=%20",
	headers: {},
} as const;

/** A server that speaks TLS. Resolves to `127.0.0.1:PORT`. */
export async function serveTls(certificate: Certificate): Promise<string> {
	const server = createTlsServer(certificate, (request, response) => {
		response.end(`secure ${request.method} ${request.url}`);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	return new URL(originOf(server.address())).host;
}

/** A proxy that goes with the test. */
export async function startProxy(
	options: ProxyOptions = {},
): Promise<InspectingProxy> {
	const proxy = await InspectingProxy.start({
		trusts: authority.cert,
		...options,
	});
	onTestFinished(() => proxy[Symbol.asyncDispose]());
	return proxy;
}

/** A transport that goes with the test. */
export function transport(environment: Environment): Transport {
	const made = new Transport(environment);
	onTestFinished(() => made[Symbol.asyncDispose]());
	return made;
}

/** What the failure of a request to an origin becomes. */
export async function failure(
	environment: Environment,
	origin: string,
): Promise<StoreError> {
	const error = await failureOf(
		transport(environment).request({ ...GET, origin }),
	);
	if (!(error instanceof Error)) throw error;
	const mapped = fromNetwork(error, { store: "s3://reg", operation: "open" });
	if (mapped === undefined) throw error;
	expect(`${mapped.suggestions} ${inspect(mapped)}`).not.toContain("SECRET");
	return mapped;
}
