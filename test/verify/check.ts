import type { ObjectStore } from "../../src/store/object-store.ts";
import type { Finding } from "../../src/verify/finding.ts";
import {
	type VerifyOptions,
	type VerifyResult,
	verify,
} from "../../src/verify/verify.ts";

/** Everything was written before the verification began. */
const AFTERWARDS = () => Date.now() + 60_000;
/** Everything was written after it began. */
export const BEFORE = () => 0;

export async function check(
	source: ObjectStore,
	target: ObjectStore,
	options: Partial<VerifyOptions> = {},
): Promise<VerifyResult> {
	return await verify(source, target, {
		level: "default",
		clock: AFTERWARDS,
		...options,
	});
}

export function findingsOf({ findings }: VerifyResult): Finding[] {
	return Object.values(findings).flatMap(({ examples }) => [...examples]);
}
