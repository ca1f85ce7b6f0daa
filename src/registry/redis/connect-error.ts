import { RegistryError } from "../registry-error.ts";

/** Why no connection came about. What a server says may quote what it was asked, so only its first word is told (I7). */
export function connectError(address: string, error: unknown): RegistryError {
	const said = error instanceof Error ? error.message : "";
	const [word = ""] = said.split(" ");
	if (["WRONGPASS", "NOAUTH", "NOPERM"].includes(word))
		return new RegistryError(
			"permission-denied",
			`The registry's Redis at ${address} does not let us in with the registry's own credentials (${word})`,
			{ cause: error },
		);
	const code =
		error instanceof Error && "code" in error ? String(error.code) : word;
	return new RegistryError(
		"unreachable",
		`Cannot reach the registry's Redis at ${address}: ${REASONS[code] ?? `${error instanceof Error ? error.name : "it failed"} ${code}`}`,
		{
			suggestions: [
				"It is asked from this machine: run this where the registry's Redis can be reached.",
			],
			cause: error,
		},
	);
}

const REASONS: Readonly<Record<string, string>> = {
	ECONNREFUSED: "nobody listens there",
	ENOTFOUND: "there is no host of that name",
	EAI_AGAIN: "its name cannot be looked up",
	ETIMEDOUT: "it does not answer",
	Connection: "it does not answer",
	SELF_SIGNED_CERT_IN_CHAIN:
		"its certificate is signed by an unknown authority",
	DEPTH_ZERO_SELF_SIGNED_CERT:
		"its certificate is signed by an unknown authority",
	UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		"its certificate is signed by an unknown authority",
	ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is made out to another name",
};
