import type { Environment } from "../../store/environment.ts";
import { RegistryError } from "../registry-error.ts";
import type { DriverSettings, ParameterValue } from "../settings.ts";
import type { Product } from "./product.ts";

/** A store that a registry is to be switched to. */
export interface Target {
	/** As `openStore` takes it. It says all of where the store is: nothing is left to a profile (`resolveTarget`). */
	readonly url: URL;
	/** Variables that hold the credentials of the store. Secrets (I7). */
	readonly environment: Environment;
}

/** What the operator decides about how the registry uses its target. */
export interface TargetOptions {
	/** `keys`: those in the target's environment are written; `role`: none, the registry finds its own. */
	readonly credentials: "keys" | "role";
	/** The URL of the server as the registry reaches it; default: as we do. */
	readonly endpoint?: string | undefined;
	/** Path of Google's key file on the registry's machine; default: as on this one. */
	readonly keyFile?: string | undefined;
	/** Whether clients will be kept from being sent to the target; default: not known. */
	readonly redirectDisabled?: boolean | undefined;
	/** The driver, where there is a choice (`s3_v2`, `azure_v2`); default: the one that the version is best with. */
	readonly driver?: string | undefined;
	/** Parameters that go before all others, spelled as the driver has them. */
	readonly set?: Readonly<Record<string, ParameterValue>> | undefined;
}

/** What a registry is to be told of its target. */
export interface TargetSettings {
	readonly storage: DriverSettings;
	/** What the operator should know: sentences. */
	readonly notes: readonly string[];
}

/** Makes the settings of one kind of store. */
export type MakeSettings = (
	target: Target,
	product: Product,
	options: TargetOptions,
	refuse: Refuse,
) => TargetSettings;

/** Makes the error for what a registry cannot be told. The reason is a clause, the suggestions are sentences. */
export type Refuse = (
	reason: string,
	...suggestions: readonly string[]
) => RegistryError;

/** Refuses to configure a target, which is shown without its options (I7). */
export function refusing({ url }: Target): Refuse {
	const shown = `${url.protocol}//${url.host}${url.pathname}`;
	return (reason, ...suggestions) =>
		new RegistryError(
			"refused",
			`Cannot configure a registry to use ${shown}: ${reason}`,
			{ suggestions },
		);
}

/** Parameters; those that are `undefined` are left out. */
export function parametersOf(
	values: Readonly<Record<string, ParameterValue | undefined>>,
): Readonly<Record<string, ParameterValue>> {
	const parameters: Record<string, ParameterValue> = {};
	for (const [name, value] of Object.entries(values))
		if (value !== undefined) parameters[name] = value;
	return parameters;
}

/** The driver's root directory for a prefix; `undefined`: none. */
export function rootDirectory(prefix: string): string | undefined {
	const root = prefix.replaceAll(/^\/+|\/+$/g, "");
	return root === "" ? undefined : `/${root}`;
}

/** What is said of a server that clients are sent to; nothing where they are not. */
export function redirectNotes(
	endpoint: string | undefined,
	{ redirectDisabled }: TargetOptions,
): readonly string[] {
	if (endpoint === undefined || redirectDisabled === true) return [];
	return [
		`Clients will be sent to ${endpoint} for blobs: they must reach and trust it, or redirects be disabled.`,
	];
}
