/** Why a registry's configuration cannot be used. */
export type ConfigurationErrorCode =
	/** There is no such file, or it may not be read. */
	| "unreadable"
	/** It is not YAML, or not a registry's configuration. */
	| "malformed"
	/** It asks for what there is no equivalent of, or leaves open where the objects are. */
	| "unsupported";

/** A registry's configuration that cannot be used. The message shows none of its secrets (I7). */
export class ConfigurationError extends Error {
	override readonly name = "ConfigurationError";
	readonly code: ConfigurationErrorCode;
	/** What there is to do about it: sentences. */
	readonly suggestions: readonly string[];

	constructor(
		code: ConfigurationErrorCode,
		file: string,
		reason: string,
		{
			suggestions = [],
			cause,
		}: {
			readonly suggestions?: readonly string[] | undefined;
			readonly cause?: unknown;
		} = {},
	) {
		super(`Cannot use the registry configuration "${file}": ${reason}`, {
			cause,
		});
		this.code = code;
		this.suggestions = suggestions;
	}
}

/** Makes the error for something in a configuration that there is no equivalent of. The suggestions are sentences. */
export type Refuse = (
	reason: string,
	...suggestions: readonly string[]
) => ConfigurationError;

/** Refuses what is in a file. */
export function refusing(file: string): Refuse {
	return (reason, ...suggestions) =>
		new ConfigurationError("unsupported", file, reason, { suggestions });
}
