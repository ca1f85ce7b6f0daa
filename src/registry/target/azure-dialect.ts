import { isBefore, type Product, productName } from "./product.ts";
import type { Refuse } from "./target.ts";

/** What the Azure driver of a registry can be told. */
export interface AzureDialect {
	readonly driver: "azure" | "azure_v2";
	/** How names of blobs can begin: without a "/" (`trimmed`), or with one (`legacy`). */
	readonly rootPrefixes: readonly ("trimmed" | "legacy")[];
	/** Whether it must be told which. */
	readonly saysRootPrefix: boolean;
	readonly hasRootDirectory: boolean;
	/** `serviceurl`. */
	readonly hasServiceUrl: boolean;
	/** How credentials are written that are no account key: in a map, side by side, or not at all. */
	readonly identities: "nested" | "flat" | undefined;
	/** Why identities of the machine do not work, although they can be written. */
	readonly noDefaultCredentials?: string | undefined;
	/** Whether it cannot replace links that were written as block blobs: distribution#4871. */
	readonly needsAppendBlobs: boolean;
}

/** Source: registry/storage/driver/azure/azure.go of Distribution 2.8.3: paths are names, and begin with "/". */
const DISTRIBUTION_2: AzureDialect = {
	driver: "azure",
	rootPrefixes: ["legacy"],
	saysRootPrefix: false,
	hasRootDirectory: false,
	hasServiceUrl: false,
	identities: undefined,
	needsAppendBlobs: false,
};

/** Source: registry/storage/driver/azure/{azure,parser}.go of Distribution 3.1.2. */
const DISTRIBUTION_3: AzureDialect = {
	driver: "azure",
	rootPrefixes: ["trimmed"],
	saysRootPrefix: false,
	hasRootDirectory: true,
	hasServiceUrl: true,
	identities: "nested",
	needsAppendBlobs: false,
};

/** Source: registry/storage/driver/azure/v1/azure.go of GitLab's registry. */
const GITLAB: AzureDialect = {
	...DISTRIBUTION_2,
	rootPrefixes: ["trimmed", "legacy"],
	saysRootPrefix: true,
	hasRootDirectory: true,
};

/** Source: registry/storage/driver/azure/v2/parser.go of GitLab's registry. */
const GITLAB_V2: AzureDialect = {
	...GITLAB,
	driver: "azure_v2",
	hasServiceUrl: true,
	identities: "flat",
};

/**
 * The Azure driver of a registry:
 *
 * | registry              | drivers          | default                                        |
 * | --------------------- | ---------------- | ---------------------------------------------- |
 * | Distribution 2 and 3  | azure            | azure                                          |
 * | GitLab before 17.10   | azure            | azure                                          |
 * | GitLab 17.10 to 18.11 | azure, azure_v2  | azure; azure_v2 for what `azure` has no word for |
 * | GitLab from 19.0      | azure, azure_v2  | azure_v2                                       |
 *
 * `azure_v2` was a beta before 19.0. Throws what `refuse` makes of any other.
 */
export function azureDialect(
	product: Product,
	driver: string | undefined,
	needsSecond: boolean,
	refuse: Refuse,
): AzureDialect {
	if (product.name === "distribution") {
		requireDriver(driver, ["azure"], refuse);
		return distribution(product);
	}
	const hasSecond = !isBefore(product, [17, 10, 0]);
	requireDriver(driver, hasSecond ? ["azure", "azure_v2"] : ["azure"], refuse);
	if (driver !== undefined) return driver === "azure" ? GITLAB : GITLAB_V2;
	const isSecondUsual = !isBefore(product, [19, 0, 0]);
	return hasSecond && (needsSecond || isSecondUsual) ? GITLAB_V2 : GITLAB;
}

function distribution(product: Product): AzureDialect {
	if (isBefore(product, [3, 0, 0])) return DISTRIBUTION_2;
	return {
		...DISTRIBUTION_3,
		needsAppendBlobs: isBefore(product, [3, 1, 2]),
		noDefaultCredentials: isBefore(product, [3, 1, 0])
			? `${productName(product)} signs with an account key all the same`
			: undefined,
	};
}

function requireDriver(
	driver: string | undefined,
	names: readonly string[],
	refuse: Refuse,
): void {
	if (driver !== undefined && !names.includes(driver))
		throw refuse(
			`this registry has no driver "${driver}" for it`,
			`It has ${names.join(", ")}.`,
		);
}
