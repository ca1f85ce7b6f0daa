/** A value of JSON that is a map. */
export type Json = Record<string, unknown>;

/** An object as the Kubernetes API has it. */
export interface KubernetesObject extends Json {
	apiVersion: string;
	kind: string;
	metadata: Json & { name: string; namespace?: string | undefined };
}

/** A value of JSON, as a map: an empty one where it is none. */
export function mapOf(value: unknown): Json {
	return typeof value === "object" && value !== null && !Array.isArray(value)
		? Object.fromEntries(Object.entries(value))
		: {};
}

/** A value of JSON, as a list: an empty one where it is none. */
export function listOf(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : [];
}

/** What is there below a path of names. */
export function at(value: unknown, ...path: readonly string[]): unknown {
	return path.reduce<unknown>((inner, name) => mapOf(inner)[name], value);
}
