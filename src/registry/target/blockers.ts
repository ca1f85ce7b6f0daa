import { isLoopback } from "../../store/http/loopback.ts";
import { hostOf } from "../../store/http/no-proxy.ts";
import { isMap } from "../configuration-yaml.ts";
import { isSecretName } from "../masking/secret-names.ts";
import { isTrue } from "../parameters.ts";
import type {
	DriverSettings,
	EffectiveSettings,
	Settings,
} from "../settings.ts";
import { BESIDE_DRIVERS } from "../storage-section.ts";

/** Something in a registry's configuration for which it must not be switched as it is. */
export interface Blocker {
	readonly code: "middleware" | "override" | "redirect" | "proxy";
	/** A sentence. It shows no secret (I7). */
	readonly message: string;
	/** What there is to do about it: sentences. */
	readonly suggestions: readonly string[];
}

/**
 * Finds what would keep a registry from serving its new storage, although it is configured to:
 *
 * | in its configuration there is                         | it is one                                       |
 * | ----------------------------------------------------- | ----------------------------------------------- |
 * | a storage middleware that is not disabled              | always: clients go on to what it was made for   |
 * | REGISTRY_STORAGE, or a variable of a driver            | unless it holds only a secret that ours leaves out |
 * | no disabled redirect, and a target on a loopback address | always: no client reaches that                |
 * | a remote registry that it is a cache of                | always: it writes when it is read               |
 *
 * Source: configuration/{configuration,parser}.go of Distribution; registry/storage/driver/middleware.
 */
export function switchBlockers(
	effective: EffectiveSettings,
	{ storage, redirectDisabled = effective.redirectDisabled }: Settings,
): readonly Blocker[] {
	return [
		...middlewareBlockers(effective.tree),
		...overrideBlockers(effective.overrides, storage),
		...(redirectDisabled ? [] : redirectBlockers(storage)),
		...proxyBlockers(effective.tree),
	];
}

function middlewareBlockers(tree: EffectiveSettings["tree"]): Blocker[] {
	const { middleware } = tree;
	const entries = isMap(middleware) ? middleware.storage : undefined;
	if (!Array.isArray(entries)) return [];
	return entries.flatMap((entry: unknown): Blocker[] => {
		if (!isMap(entry) || isTrue(entry.disabled)) return [];
		const name = String(entry.name);
		const to = isMap(entry.options)
			? shownHost(entry.options.baseurl)
			: undefined;
		return [
			{
				code: "middleware",
				message: `Its storage middleware "${name}" sends clients${to === undefined ? " elsewhere" : ` to ${to}`} for blobs, which serves the old storage.`,
				suggestions: [
					"Make the target its origin when the registry is switched, or disable it (disabled: true): clients are then sent to the target itself.",
				],
			},
		];
	});
}

/** Only the host of a URL: the rest may hold a secret (I7). */
function shownHost(url: unknown): string | undefined {
	const text = typeof url === "string" ? url : "";
	const host = URL.parse(text)?.host ?? URL.parse(`https://${text}`)?.host;
	return host || undefined;
}

function overrideBlockers(
	overrides: readonly string[],
	storage: DriverSettings | undefined,
): Blocker[] {
	return overrides
		.filter((name) => /^REGISTRY_STORAGE(_|$)/.test(name))
		.filter((name) => {
			const rest = name.slice("REGISTRY_STORAGE_".length).toLowerCase();
			return !BESIDE_DRIVERS.some((section) => isOrIsIn(rest, section));
		})
		.filter((name) => !isOurSecret(name, storage))
		.map((name) => ({
			code: "override",
			message: `The variable ${name} of the registry's process goes before its configuration: it would not use the target, or not start.`,
			suggestions: [
				"Take it out of the environment of the registry's process before it is switched.",
			],
		}));
}

/** Whether a variable gives the target's driver a credential that the configuration leaves to it. */
function isOurSecret(
	variable: string,
	storage: DriverSettings | undefined,
): boolean {
	if (storage === undefined) return false;
	const prefix = `REGISTRY_STORAGE_${storage.driver.toUpperCase()}_`;
	if (!variable.startsWith(prefix)) return false;
	const parameter = variable.slice(prefix.length).toLowerCase();
	return (
		isSecretName(parameter) && !Object.hasOwn(storage.parameters, parameter)
	);
}

function isOrIsIn(name: string, section: string): boolean {
	return name === section || name.startsWith(`${section}_`);
}

function redirectBlockers(storage: DriverSettings | undefined): Blocker[] {
	const { regionendpoint, serviceurl } = storage?.parameters ?? {};
	const url = URL.parse(String(regionendpoint ?? serviceurl ?? ""));
	if (url === null || !isLoopback(hostOf(url))) return [];
	return [
		{
			code: "redirect",
			message: `Clients would be sent to ${url.host} for blobs, which is each client's own machine.`,
			suggestions: [
				"With --disable-redirect the registry serves blobs itself. Or name an endpoint that clients reach: --registry-endpoint.",
			],
		},
	];
}

function proxyBlockers({ proxy }: EffectiveSettings["tree"]): Blocker[] {
	if (!isMap(proxy) || !proxy.remoteurl) return [];
	return [
		{
			code: "proxy",
			message:
				"It is a cache of another registry (proxy.remoteurl): it writes to its storage whenever it is read, and cannot be held still.",
			suggestions: [
				"Begin the target empty: what it caches can be had again from the other registry.",
			],
		},
	];
}
