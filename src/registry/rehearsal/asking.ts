import type { RegistryClient } from "../probe/registry-client.ts";
import type { StepName } from "./step.ts";

const MIB = 1024 * 1024;

/** A step that asks a running registry something, and resolves to what was found: a sentence. */
export interface Asking {
	readonly step: StepName;
	readonly ask: (client: RegistryClient) => Promise<string>;
}

/** `3 images`. */
export function counted(count: number, word: string): string {
	return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** Bytes, for people. */
export function sized(bytes: number): string {
	return bytes < MIB
		? `${Math.ceil(bytes / 1024)} KiB`
		: `${(bytes / MIB).toFixed(1)} MiB`;
}
