import type { DriverSettings } from "../settings.ts";
import { BESIDE_DRIVERS } from "../storage-section.ts";
import { rubyLiteral } from "./ruby-literal.ts";

/** What is beside the driver in `registry['storage']`, as Ruby has it. */
const BESIDE = `%w[${BESIDE_DRIVERS.join(" ")}]`;

/** What is said of the storage where something above names a driver. */
export const ANY_DRIVER: readonly string[] = ["registry['storage'] ||= {}"];

/** Another driver in place of the one that is there. What was there is named above it still, for `sourceFor`. */
export function targetPart({
	driver,
	parameters,
}: DriverSettings): readonly string[] {
	const assignment = `registry['storage'][${rubyLiteral(driver)}] = ${rubyLiteral(parameters)}`;
	return [
		`registry['storage'] = (registry['storage'] || {}).select { |name, _| ${BESIDE}.include?(name) }`,
		...assignment.split("\n"),
	];
}

/** Whether writes are refused. */
export function readOnlyPart(isEnabled: boolean): readonly string[] {
	return [
		"registry['storage']['maintenance'] ||= {}",
		// Uploads are purged as they were; a string would keep the registry from starting.
		`registry['storage']['maintenance']['readonly'] = { 'enabled' => ${isEnabled} }`,
	];
}

/** Whether there is a metadata database. */
export function databasePart(isEnabled: boolean): readonly string[] {
	return [
		"registry['database'] ||= {}",
		`registry['database']['enabled'] = ${isEnabled}`,
	];
}

/** Whether garbage is collected while the registry is in use. */
export function collectionPart(isOn: boolean): readonly string[] {
	return ["registry['gc'] ||= {}", `registry['gc']['disabled'] = ${!isOn}`];
}

/**
 * GitLab gives the registry a driver of its own only where nothing at all of its storage is set, so who sets anything of
 * it has to name one; without, the registry does not start. Only the file system can be such a driver of GitLab's: any
 * other is assigned above, with its secrets, and is not repeated.
 */
export function driverPart({
	driver,
	parameters,
}: DriverSettings): readonly string[] {
	if (driver !== "filesystem") return ANY_DRIVER;
	const assignment = `registry['storage']['filesystem'] = ${rubyLiteral(parameters, "  ")}`;
	return [
		...ANY_DRIVER,
		`if (registry['storage'].keys - ${BESIDE}).empty?`,
		"  # Nothing above names a driver, and GitLab does so only where nothing of the storage is set.",
		...`  ${assignment}`.split("\n"),
		"end",
	];
}
