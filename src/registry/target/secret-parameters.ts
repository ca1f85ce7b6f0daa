import { isSecretName } from "../masking/secret-names.ts";
import type { ParameterValue } from "../settings.ts";

/** The secrets among a driver's parameters: what must be masked wherever it stands (I7). */
export function secretsIn(
	parameters: Readonly<Record<string, ParameterValue>>,
): readonly string[] {
	return Object.entries(parameters).flatMap(([name, value]) => {
		if (typeof value === "object") return secretsIn(value);
		return isSecretName(name) ? [String(value)] : [];
	});
}
