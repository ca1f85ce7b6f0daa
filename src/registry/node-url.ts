import { isMap } from "./configuration-yaml.ts";

/**
 * Where a registry with this configuration answers on its own machine: what `http.addr` says, by its loopback where it
 * listens everywhere. `undefined`: not by HTTP, or it is not said.
 */
export function nodeUrl(
	tree: Readonly<Record<string, unknown>>,
): URL | undefined {
	const { http } = tree;
	if (!isMap(http) || typeof http.addr !== "string") return undefined;
	if (http.net !== undefined && http.net !== null && http.net !== "tcp")
		return undefined;
	const { tls } = http;
	const isSecure =
		isMap(tls) && (isMap(tls.letsencrypt) || Boolean(tls.certificate));
	const address = http.addr.replace(/^(?:0\.0\.0\.0|\[::\])?:/, "127.0.0.1:");
	const url = `${isSecure ? "https" : "http"}://${address}`;
	return /:\d+$/.test(address) && URL.canParse(url) ? new URL(url) : undefined;
}
