import type { Environment } from "../../store/environment.ts";
import type { ParameterValue } from "../settings.ts";
import type { Refuse, TargetOptions } from "./target.ts";

/**
 * The keys that the driver is given, or none. No version of any driver reads `sessiontoken`, although GitLab documents
 * it: `sessionToken := ""` in s3-aws/s3.go; and keys that expire are of no use to a service.
 */
export function s3KeysOf(
	environment: Environment,
	{ credentials }: TargetOptions,
	refuse: Refuse,
	notes: string[],
): Readonly<Record<string, ParameterValue>> {
	if (credentials === "role") {
		notes.push(
			"No keys are written: the registry needs a role of its machine, or keys in its own environment.",
		);
		return {};
	}
	const {
		AWS_ACCESS_KEY_ID: accesskey,
		AWS_SECRET_ACCESS_KEY: secretkey,
		AWS_SESSION_TOKEN: token,
	} = environment;
	if (!accesskey || !secretkey)
		throw refuse(
			"there are no keys that the registry could be given",
			"Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to the registry's own, or choose credentials by role.",
		);
	if (token)
		throw refuse(
			"the keys are temporary (AWS_SESSION_TOKEN), and a registry's driver takes only lasting ones",
			"Give the keys of a user who may do no more than the registry needs, or choose credentials by role.",
		);
	return { accesskey, secretkey };
}
