import { type Json, listOf, mapOf } from "./kubernetes-object.ts";

/** What the items of a list are told apart by. Source: `patchMergeKey` in Kubernetes' API types. */
const MERGE_KEYS = ["name", "mountPath", "containerPort", "port", "type"];

/**
 * Merges a patch as Kubernetes does with `application/strategic-merge-patch+json`, as far as the objects of the test's
 * chart need it: lists of maps by the names of their items, all other lists as a whole.
 */
export function strategicMerge(value: unknown, patch: unknown): unknown {
	if (Array.isArray(patch)) return mergeLists(listOf(value), patch);
	if (typeof patch !== "object" || patch === null) return patch;
	const merged: Json = { ...mapOf(value) };
	for (const [name, change] of Object.entries(mapOf(patch))) {
		// How lists are ordered, and which names of a union stay: of no interest here.
		if (name.startsWith("$")) continue;
		if (change === null) delete merged[name];
		else merged[name] = strategicMerge(merged[name], change);
	}
	return merged;
}

function mergeLists(
	before: readonly unknown[],
	patch: readonly unknown[],
): readonly unknown[] {
	const key = MERGE_KEYS.find((name) =>
		patch.every((item) => mapOf(item)[name] !== undefined),
	);
	if (key === undefined || patch.length === 0) return patch;
	const merged = [...before];
	for (const change of patch) {
		const { $patch: directive, ...item } = mapOf(change);
		const index = merged.findIndex((one) => mapOf(one)[key] === item[key]);
		if (directive === "delete") {
			if (index !== -1) merged.splice(index, 1);
		} else if (index === -1) merged.push(item);
		else merged[index] = strategicMerge(merged[index], item);
	}
	return merged;
}
