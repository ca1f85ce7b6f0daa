import { parseDocument } from "yaml";
import { ConfigurationError } from "../configuration-error.ts";
import { isMap } from "../configuration-yaml.ts";
import type { EffectiveSettings } from "../settings.ts";
import { configuredOf, mapOf } from "./configuration-tree.ts";

/**
 * What the `config.yml` that GitLab generated says. Throws a `ConfigurationError` when it is none; what YAML says of a
 * mistake may quote a secret, and is not told (I7).
 */
export function parseGenerated(
	text: string,
	file: string,
	overrides: readonly string[],
): EffectiveSettings {
	const document = parseDocument(text, {
		logLevel: "silent",
		prettyErrors: false,
	});
	const tree: unknown =
		document.errors.length === 0 ? document.toJS() : undefined;
	const configured = isMap(tree) ? configuredOf(tree) : undefined;
	if (!isMap(tree) || configured === undefined)
		throw new ConfigurationError(
			"malformed",
			file,
			isMap(tree)
				? "its storage section does not name exactly one driver"
				: "it is not YAML",
			{ suggestions: ["gitlab-ctl reconfigure generates it anew."] },
		);
	return {
		...configured,
		drainMs: drainMs(mapOf(tree.http).draintimeout),
		tree,
		overrides,
	};
}

/** A duration of Go: `1m30s`; a number alone is in nanoseconds. */
function drainMs(value: unknown): number {
	if (typeof value === "number") return value / 1e6;
	const parts = String(value ?? "").matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g);
	return [...parts].reduce(
		(sum, [, amount, unit = "s"]) => sum + Number(amount) * (UNITS[unit] ?? 0),
		0,
	);
}

const UNITS: Readonly<Record<string, number>> = {
	ms: 1,
	s: 1000,
	m: 60_000,
	h: 3_600_000,
};
