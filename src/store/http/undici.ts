/**
 * undici's client and connector, without the rest of it: all of undici (fetch, caches, WebSockets …) is 14 MiB of
 * memory and a tenth of a second at every start. Its version is exact in package.json, for these are its inner paths.
 * `connect`, which asks a proxy for a tunnel, undici adds to its clients only when all of it is loaded.
 */
export { default as connect } from "undici/lib/api/api-connect.js";
export { default as buildConnector } from "undici/lib/core/connect.js";
export { default as Client } from "undici/lib/dispatcher/client.js";
