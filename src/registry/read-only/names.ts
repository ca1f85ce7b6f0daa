import type { Instance } from "../node.ts";

/** `registry-1, registry-2 and registry-3`: as `Intl.ListFormat` has it in English. */
export function listed(names: readonly string[]): string {
	return new Intl.ListFormat("en").format(names);
}

/** `process 4711 and process 4712` */
export function namesOf(instances: readonly Instance[]): string {
	return listed(instances.map(({ name }) => name));
}
