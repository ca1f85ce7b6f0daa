// The inner modules of undici that `undici.ts` loads, which have no types of their own. `export =` is what they are.
declare module "undici/lib/dispatcher/client.js" {
	import { Client } from "undici";
	export = Client;
}
declare module "undici/lib/core/connect.js" {
	import { buildConnector } from "undici";
	export = buildConnector;
}
declare module "undici/lib/api/api-connect.js" {
	import type { Client, Dispatcher } from "undici";

	function connect(
		this: Client,
		options: Omit<Dispatcher.ConnectOptions, "origin">,
	): Promise<Dispatcher.ConnectData>;
	export = connect;
}
