import { isMap } from "../configuration-yaml.ts";
import { isSecretName } from "./secret-names.ts";

/**
 * The secrets in maps of maps, by the names they have there: parameters of a driver, values of a chart. They must be
 * masked wherever they stand (I7).
 */
export function secretsIn(
	tree: Readonly<Record<string, unknown>>,
): readonly string[] {
	return Object.entries(tree).flatMap(([name, value]) => {
		if (isMap(value)) return secretsIn(value);
		const isText = typeof value === "string" || typeof value === "number";
		return isText && isSecretName(name) ? [String(value)] : [];
	});
}
