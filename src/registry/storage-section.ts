import { ConfigurationError, refusing } from "./configuration-error.ts";
import { isMap, parseYaml } from "./configuration-yaml.ts";

/** What a configuration says of its storage: the driver, and its parameters as they are written. */
export interface StorageSection {
	/** As it is named there: `s3_v2` is not `s3`. */
	readonly driver: string;
	/** Scalars are strings, whatever they look like (a key may be all digits); nothing is `null`. */
	readonly parameters: Readonly<Record<string, unknown>>;
}

/** What is beside the driver in `storage`; each other name is a driver. Source: configuration/configuration.go, Storage.Type. */
export const BESIDE_DRIVERS: readonly string[] = [
	"cache",
	"delete",
	"maintenance",
	"redirect",
	"tag",
];

/**
 * Finds the one storage driver in the text of a registry's configuration. What has no `storage` is read as the content
 * of one: so the secret of GitLab's Helm chart has it. Throws a `ConfigurationError`; `file` is its name.
 */
export function parseStorage(text: string, file: string): StorageSection {
	const refuse = refusing(file);
	const top = parseYaml(text, file);
	if (!isMap(top))
		throw new ConfigurationError(
			"malformed",
			file,
			"it is not a registry's configuration, which is a map of names and values",
		);
	const storage = "storage" in top ? top.storage : top;
	// The short form of a driver without parameters.
	if (typeof storage === "string" && storage !== "")
		return { driver: storage, parameters: {} };
	if (!isMap(storage))
		throw refuse("its storage section names no driver", NAME_A_DRIVER);
	const drivers = Object.keys(storage).filter(
		(name) => !BESIDE_DRIVERS.includes(name),
	);
	const [driver] = drivers;
	if (driver === undefined)
		throw refuse("its storage section names no driver", NAME_A_DRIVER);
	if (drivers.length > 1)
		throw refuse(
			"storage" in top
				? `its storage section names more than one driver (${drivers.join(", ")}), and the registry takes exactly one`
				: "it has no storage section",
			NAME_A_DRIVER,
		);
	const parameters = storage[driver] ?? {};
	if (!isMap(parameters))
		throw refuse(
			`the parameters of the ${driver} driver are not a map of names and values`,
		);
	return { driver, parameters };
}

const NAME_A_DRIVER =
	"Name the file that the registry is started with, with storage: and in it filesystem:, s3:, gcs: or azure:.";
