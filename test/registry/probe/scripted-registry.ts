import type { ServerResponse } from "node:http";
import { onTestFinished } from "vitest";
import type { Credentials } from "../../../src/registry/probe/credentials.ts";
import {
	RegistryClient,
	type RegistryClientOptions,
} from "../../../src/registry/probe/registry-client.ts";
import {
	type Arrived,
	serve,
	type TestServer,
} from "../../store/http/http-server.ts";
import { REGISTRY } from "./answers.ts";

/** An obvious test value, which no message may show. */
export const SECRET = "SECRET-test-value";

export const PASSWORD: Credentials = {
	kind: "password",
	username: "somebody",
	password: SECRET,
};

/** What a `ScriptedRegistry` answers; `undefined`: 200. */
export type Script = (
	request: Arrived,
	response: ServerResponse,
) => void | Promise<void>;

/** A server that answers as a test says, and shows on every answer that it is a registry. It goes with the test. */
export async function scriptedRegistry(script: Script): Promise<TestServer> {
	const server = await serve(async (request, response) => {
		for (const [name, value] of Object.entries(REGISTRY))
			response.setHeader(name, value);
		await script(request, response);
		if (!response.writableEnded) response.end();
	});
	onTestFinished(() => server[Symbol.asyncDispose]());
	return server;
}

/** A client that goes with the test, and knows no proxies. */
export function clientOf(
	origin: string,
	options: RegistryClientOptions = {},
): RegistryClient {
	const client = new RegistryClient(new URL(origin), {
		environment: {},
		...options,
	});
	onTestFinished(() => client[Symbol.asyncDispose]());
	return client;
}
