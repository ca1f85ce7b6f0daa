import { createRequire } from "node:module";
import type * as undici from "undici";

const require = createRequire(import.meta.url);

/**
 * undici's client and connector, without the rest of it: all of undici (fetch, caches, WebSockets …) is 14 MiB of
 * memory and a tenth of a second at every start. Its version is exact in package.json, for these are its inner paths.
 */
export const Client: typeof undici.Client = require("undici/lib/dispatcher/client.js");
export type Client = undici.Client;
export const buildConnector: typeof undici.buildConnector = require("undici/lib/core/connect.js");

/** Asks a proxy for a tunnel; undici adds it to its clients only when all of it is loaded. */
export const connect: (
	this: Client,
	options: Omit<undici.Dispatcher.ConnectOptions, "origin">,
) => Promise<undici.Dispatcher.ConnectData> = require("undici/lib/api/api-connect.js");
