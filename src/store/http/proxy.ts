import { BlockList } from "node:net";
import type { Environment } from "../environment.ts";
import { isIn, isLoopback } from "./loopback.ts";
import { hostOf, isExempt } from "./no-proxy.ts";
import { ProxyError } from "./proxy-error.ts";

/** A proxy that requests go through. */
export interface ProxyServer {
	/** Scheme, host and port. */
	readonly origin: string;
	/** Host and port, for messages. */
	readonly host: string;
	/** The variable that named it, for messages. */
	readonly variable: string;
	/** What its header Proxy-Authorization must say. A secret (I7). */
	readonly authorization: string | undefined;
}

/**
 * The proxy that requests to an origin go through; `undefined` when they go straight there. The first row that fits:
 *
 * | the server                                               | the proxy                                |
 * | -------------------------------------------------------- | ---------------------------------------- |
 * | a machine's metadata service, or a link-local address    | none, whatever is set                    |
 * | this machine (loopback), and the proxy is on another one | none: its loopback is not ours           |
 * | in `no_proxy` or `NO_PROXY`, see `isExempt`              | none                                     |
 * | https                                                    | `https_proxy` or `HTTPS_PROXY`, if set   |
 * | http                                                     | `http_proxy` or `HTTP_PROXY`, if set     |
 *
 * Of the two spellings the lower case goes first, as for curl and Node; what is empty is not set. Throws a `ProxyError`
 * for a proxy that cannot be used.
 */
export function proxyFor(
	origin: string,
	environment: Environment,
): ProxyServer | undefined {
	const url = new URL(origin);
	if (isMetadata(url, environment)) return undefined;
	const name = url.protocol === "https:" ? "https_proxy" : "http_proxy";
	const variable = [name, name.toUpperCase()].find(
		(spelling) => (environment[spelling] ?? "").trim() !== "",
	);
	if (variable === undefined) return undefined;
	const noProxy = environment.no_proxy || environment.NO_PROXY || "";
	if (isExempt(url, noProxy)) return undefined;
	const proxy = parseProxy(environment[variable] ?? "", variable);
	if (isLoopback(hostOf(url)) && !isLoopback(hostOf(new URL(proxy.origin))))
		return undefined;
	return proxy;
}

/** Reads `http://USER:PASSWORD@HOST:PORT`; a proxy without a scheme is meant as http, as curl and Go have it. */
function parseProxy(text: string, variable: string): ProxyServer {
	const trimmed = text.trim();
	const url = URL.parse(
		/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`,
	);
	if (url === null || url.hostname === "")
		throw ProxyError.unusable(variable, "is not the URL of a proxy");
	if (!/^https?:$/.test(url.protocol)) {
		const scheme = url.protocol.slice(0, -1);
		throw ProxyError.unusable(
			variable,
			`names a ${scheme} proxy, and only http and https proxies can be used`,
		);
	}
	const { username, password, origin, host } = url;
	return {
		origin,
		host,
		variable,
		authorization:
			username === "" && password === ""
				? undefined
				: basic(username, password, variable),
	};
}

function basic(username: string, password: string, variable: string): string {
	try {
		const pair = [username, password].map(decodeURIComponent).join(":");
		return `Basic ${Buffer.from(pair).toString("base64")}`;
	} catch {
		throw ProxyError.unusable(
			variable,
			'has a user name or password that is not percent-encoded ("%" is written %25)',
		);
	}
}

/**
 * Where machines in a cloud learn who they are. No proxy can ask in their place: it would get its own answer, if any,
 * and hand credentials to whoever asks. A link-local address is another machine on each network.
 * Sources: the clouds' documentation of their instance metadata services; Amazon ECS and EKS, "container credentials".
 */
const METADATA = new BlockList();
METADATA.addSubnet("169.254.0.0", 16, "ipv4");
METADATA.addSubnet("fe80::", 10, "ipv6");
METADATA.addSubnet("fd00:ec2::", 32, "ipv6");
METADATA.addAddress("fd20:ce::254", "ipv6");

const METADATA_NAMES: readonly string[] = [
	"metadata",
	"metadata.google.internal",
	"metadata.goog",
];

/** Variables by which such a service is moved elsewhere. */
const METADATA_VARIABLES = [
	"AWS_EC2_METADATA_SERVICE_ENDPOINT",
	"AWS_CONTAINER_CREDENTIALS_FULL_URI",
	"GCE_METADATA_HOST",
	"GCE_METADATA_IP",
	"IDENTITY_ENDPOINT",
	"IMDS_ENDPOINT",
	"MSI_ENDPOINT",
	"AZURE_POD_IDENTITY_AUTHORITY_HOST",
] as const;

function isMetadata(url: URL, environment: Environment): boolean {
	const host = hostOf(url);
	return (
		isIn(METADATA, host) ||
		METADATA_NAMES.includes(host) ||
		METADATA_VARIABLES.some((variable) => {
			const value = environment[variable] ?? "";
			const named = URL.parse(
				value.includes("://") ? value : `http://${value}`,
			);
			return named?.host === url.host;
		})
	);
}
