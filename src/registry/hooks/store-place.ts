import { locate } from "../drivers.ts";
import type { DriverSettings } from "../settings.ts";

/**
 * The place that settings name, without secrets: the same however their driver is called, and whatever else is said of how
 * objects are written there. `undefined`: there is no store for them.
 */
export function storePlace({
	driver,
	parameters,
}: DriverSettings): string | undefined {
	// As files have them: strings.
	const texts = Object.entries(parameters).map(([name, value]) => [
		name,
		typeof value === "object" ? value : String(value),
	]);
	try {
		const section = { driver, parameters: Object.fromEntries(texts) };
		const { url } = locate(section, driver);
		const endpoint = url.searchParams.get("endpoint");
		return `${url.protocol}//${url.host}${url.pathname}${endpoint === null ? "" : ` at ${endpoint}`}`;
	} catch {
		return undefined;
	}
}
