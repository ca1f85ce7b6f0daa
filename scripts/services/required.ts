/** Whether `REGMIGRATE_SERVICES=required`: then anything missing is a failure, and root may install packages. */
export function areServicesRequired(
	environment: NodeJS.ProcessEnv = process.env,
): boolean {
	const value = environment.REGMIGRATE_SERVICES ?? "";
	if (value === "" || value === "required") return value === "required";
	throw new Error(
		`REGMIGRATE_SERVICES is "${value}"; it can only be "required", or not set`,
	);
}
