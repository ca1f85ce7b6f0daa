import { Flags } from "@oclif/core";
import { isSecretName } from "../../registry/masking/secret-names.ts";
import { RegistryError } from "../../registry/registry-error.ts";
import type { ParameterValue } from "../../registry/settings.ts";
import { hasKeys } from "../../registry/target/credentials.ts";
import { PRODUCT_FORM, parseProduct } from "../../registry/target/product.ts";
import type { Target, TargetOptions } from "../../registry/target/target.ts";
import { UsageError } from "../usage-error.ts";

/** The flags that say how a registry is to use its target, of every command that configures one. */
export const targetFlags = {
	"registry-version": Flags.string({
		helpValue: "VERSION",
		description: `which registry is configured: ${PRODUCT_FORM} (default: what its program or package says)`,
	}),
	"registry-credentials": Flags.option({
		options: ["keys", "role"] as const,
		description:
			"give the registry the keys of this environment, or none, where its machine has a role (default: keys where there are some)",
	})(),
	"registry-endpoint": Flags.string({
		helpValue: "URL",
		description:
			"where the registry reaches the target, if not as this machine does",
	}),
	"registry-key-file": Flags.string({
		helpValue: "PATH",
		description:
			"where the registry finds the key file for Google Cloud Storage (default: as here)",
	}),
	"registry-driver": Flags.string({
		helpValue: "NAME",
		description:
			"the storage driver, where the registry has two (s3_v2, azure_v2)",
	}),
	set: Flags.string({
		multiple: true,
		helpValue: "NAME=VALUE",
		description:
			"a parameter of the driver that goes before what is worked out; a number or true and false are taken as such",
	}),
	"disable-redirect": Flags.boolean({
		allowNo: true,
		description:
			"the registry serves blobs itself, instead of sending clients to the target (default: as it is)",
	}),
};

/** What the flags say. */
export interface TargetWishes {
	readonly "registry-version"?: string | undefined;
	readonly "registry-credentials"?: "keys" | "role" | undefined;
	readonly "registry-endpoint"?: string | undefined;
	readonly "registry-key-file"?: string | undefined;
	readonly "registry-driver"?: string | undefined;
	readonly set?: readonly string[] | undefined;
}

/** What the operator decides about a target. Throws a `UsageError` for what cannot be meant. */
export function targetOptions(
	target: Target,
	wishes: TargetWishes,
): TargetOptions {
	checkVersion(wishes["registry-version"]);
	const endpoint = wishes["registry-endpoint"];
	if (endpoint !== undefined && !isEndpoint(endpoint))
		throw new UsageError(
			"--registry-endpoint is not the URL of a server, without a user and options",
			["Write it with its scheme: https://HOST:PORT."],
		);
	return {
		credentials:
			wishes["registry-credentials"] ?? (hasKeys(target) ? "keys" : "role"),
		endpoint,
		keyFile: wishes["registry-key-file"],
		driver: wishes["registry-driver"],
		set: parametersOf(wishes.set ?? []),
	};
}

/** Throws a `UsageError` for what names no product and version. */
function checkVersion(version: string | undefined): void {
	if (version === undefined) return;
	try {
		parseProduct(version);
	} catch (error) {
		if (!(error instanceof RegistryError)) throw error;
		throw new UsageError(`--registry-version: ${error.message}`, [
			...error.suggestions,
		]);
	}
}

function isEndpoint(text: string): boolean {
	const url = URL.parse(text);
	return (
		url !== null &&
		/^https?:$/.test(url.protocol) &&
		[url.username, url.password, url.search, url.hash].every(
			(part) => part === "",
		)
	);
}

function parametersOf(
	texts: readonly string[],
): Readonly<Record<string, ParameterValue>> {
	const parameters = texts.map(parameterOf);
	const names = parameters.map(([name]) => name);
	const repeated = names.find((name, index) => names.indexOf(name) !== index);
	if (repeated !== undefined)
		throw new UsageError(`--set says twice what ${repeated} is`, [
			"Say it once.",
		]);
	return Object.fromEntries(parameters);
}

function parameterOf(text: string): readonly [string, ParameterValue] {
	const [, name, value] = /^([a-z0-9_]+)=(.*)$/s.exec(text) ?? [];
	if (name === undefined || value === undefined)
		throw new UsageError("--set has no NAME=VALUE", [
			"Write it as the driver has it, such as --set chunksize=33554432.",
		]);
	if (isSecretName(name))
		throw new UsageError(
			`--set takes no secret (${name}): everybody on this machine could read it`,
			["Put it into the environment, such as AWS_SECRET_ACCESS_KEY."],
		);
	if (value === "true" || value === "false") return [name, value === "true"];
	// What begins with 0 is no number to everybody.
	return [name, /^(0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value];
}
