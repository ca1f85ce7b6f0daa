import type { Call, Change } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import type { Settings } from "../settings.ts";
import { lookAt } from "./found-release.ts";
import {
	forgetKept,
	type KeptRelease,
	readKept,
	writeKept,
} from "./kept-release.ts";
import { flagLeaves } from "./planned-values.ts";
import { readWorkload } from "./registry-workload.ts";
import { readValues } from "./release.ts";
import type { ReleaseAccess } from "./release-access.ts";
import {
	type Activation,
	nothingToWrite,
	toChange,
	type UpgradeOptions,
} from "./release-change.ts";
import { requireRegistryAlone } from "./requested-upgrade.ts";
import { hashOf, undoLeaves, type Values, withLeaves } from "./values-tree.ts";

/**
 * Puts what is kept of a release aside under a name, in a Secret of its own, with the values of now as the accepted ones; see
 * `RegistryNode.accept`. Storage Secrets of ours stay: the release uses one.
 */
export async function acceptRelease(
	access: ReleaseAccess,
	name: string,
	call?: Call,
): Promise<void> {
	const kept = await readKept(access, call);
	// It was accepted, and nothing has been changed since.
	if (kept === undefined) return;
	const aside = (await readKept(access, call, name)) ?? kept;
	const accepted: KeptRelease = {
		...aside,
		written: await readValues(access, call),
		isMixed: aside.isMixed || kept.isMixed,
		secrets: [...new Set([...aside.secrets, ...kept.secrets])],
	};
	await writeKept(access, accepted, call, name);
	await forgetKept(access, { secrets: [] }, call);
}

/** Works out the way back to what was put aside; see `RegistryNode.restore`. */
export async function restoreRelease(
	access: ReleaseAccess,
	{
		name,
		meanwhile,
	}: { readonly name: string; readonly meanwhile: Settings | undefined },
	options: UpgradeOptions,
	call?: Call,
): Promise<Change> {
	const aside = await readKept(access, call, name);
	if (aside === undefined)
		throw new RegistryError(
			"not-found",
			`Nothing is kept of the release ${access.release} under the name ${name}`,
		);
	const found = await lookAt(access, true, call);
	const { state, values: before, workload, kept } = found;
	const { values: original, isExact } = originalValues(
		before,
		{ aside, kept },
		access,
	);
	const isEnd = meanwhile === undefined;
	const values = isEnd
		? original
		: withLeaves(
				original,
				flagLeaves(meanwhile).map(({ path, value }) => ({
					path: [...access.prefix, ...path],
					value,
				})),
			);
	const forget = !isEnd
		? undefined
		: (later?: Call) => forgetAll(access, { name, aside, kept }, later);
	const notes = isExact
		? []
		: [
				`The values of ${access.release} were changed by somebody else since; only those that regmigrate set are put back.`,
			];
	if (hashOf(values) === hashOf(before))
		return nothingToWrite(access, found, options, notes, forget);
	const others = await requireRegistryAlone(
		access,
		{
			...{ state, workload, before, after: values },
			acceptPending: true,
			isWayBack: true,
		},
		call,
	);
	const activated: Activation = {
		...{ found, values, forget, asked: meanwhile ?? { readOnly: false } },
		// With what is kept, undo leads back to what was accepted, until all is restored.
		way: !isEnd ? "change" : isExact ? "original-values" : "own-values",
	};
	return toChange(access, activated, options, [...notes, ...others]);
}

/**
 * What the values were before the cutover, with what others have changed in them since. What we have changed since they were
 * accepted, as for read-only, is undone first. Throws a `RegistryError` (`changed`) when others have changed values of ours.
 */
function originalValues(
	current: Values,
	{
		aside,
		kept,
	}: { readonly aside: KeptRelease; readonly kept: KeptRelease | undefined },
	{ release }: ReleaseAccess,
): { readonly values: Values; readonly isExact: boolean } {
	const accepted =
		kept === undefined
			? current
			: undoLeaves(current, kept.written, kept.original).values;
	const isExact = !aside.isMixed && hashOf(accepted) === hashOf(aside.written);
	// An earlier run has put them back, and was ended before it could forget that.
	if (isExact || hashOf(current) === hashOf(aside.original))
		return { values: aside.original, isExact: true };
	const { values, left } = undoLeaves(accepted, aside.written, aside.original);
	if (left.length === 0) return { values, isExact: false };
	throw new RegistryError(
		"changed",
		`Somebody else has set ${left.join(", ")} of ${release} since the cutover; it is as they left it`,
		{
			suggestions: [
				"Set these values as the cutover left them, and run the same command again.",
			],
		},
	);
}

/** A storage Secret that the release names stays. */
async function forgetAll(
	access: ReleaseAccess,
	{
		name,
		aside,
		kept,
	}: {
		readonly name: string;
		readonly aside: KeptRelease;
		readonly kept: KeptRelease | undefined;
	},
	call?: Call,
): Promise<void> {
	const { storage } = await readWorkload(access, call);
	const made = [...aside.secrets, ...(kept?.secrets ?? [])];
	const secrets = made.filter((secret) => secret !== storage?.name);
	await forgetKept(access, { secrets }, call);
	await forgetKept(access, { secrets: [] }, call, name);
}
