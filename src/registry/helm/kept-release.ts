import { isMap } from "../configuration-yaml.ts";
import { decideUndo, type UndoDecision } from "../kept-file/undo-decision.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { listOf, mapOf } from "../tree.ts";
import { putSecret, readObject, removeSecret, secretText } from "./cluster.ts";
import { rollbackCommand, upgradeCommand } from "./release.ts";
import type { ReleaseAccess } from "./release-access.ts";
import { hashOf, type Values } from "./values-tree.ts";

/** What is kept of a release in a Secret beside it, from our first change until it is undone. Secrets inside (I7). */
export interface KeptRelease {
	/** Before our first change. */
	readonly revision: number;
	readonly version: string;
	readonly original: Values;
	/** As we wrote them last; of what was put aside, as they were accepted. */
	readonly written: Values;
	/** Hashes of all that we wrote. */
	readonly hashes: readonly string[];
	/** Somebody else had changed the values between two changes of ours: the original lacks that. */
	readonly isMixed: boolean;
	/** Names of storage Secrets that we made. */
	readonly secrets: readonly string[];
}

/** The name of the Secret in which it is; or in which that is which was put aside under a name. */
function keptName({ release }: ReleaseAccess, name?: string): string {
	return name === undefined
		? `${release}-regmigrate`
		: `${release}-regmigrate-before-${name}`;
}

/** What is kept, or was put aside under a name; `undefined`: nothing, since we changed nothing, or have undone all. */
export async function readKept(
	access: ReleaseAccess,
	call?: Call,
	aside?: string,
): Promise<KeptRelease | undefined> {
	const name = keptName(access, aside);
	const secret = await readObject(access, "secret", name, call);
	if (secret === undefined) return undefined;
	const damaged = () =>
		new RegistryError(
			"refused",
			`Cannot read what is kept of the release ${access.release}: the Secret ${name} is damaged`,
			{
				suggestions: [
					"Compare the release's values with what they are to be, and remove that Secret.",
				],
			},
		);
	const parse = (key: string) => {
		try {
			const value: unknown = JSON.parse(secretText(secret, key) ?? "");
			return value;
		} catch {
			// The error would quote the text, and with it a secret (I7).
			throw damaged();
		}
	};
	const { revision, version, hashes, isMixed, secrets } = mapOf(
		parse("state.json"),
	);
	const original = parse("original.json");
	const written = parse("written.json");
	if (!isMap(original) || !isMap(written)) throw damaged();
	return {
		revision: Number(revision),
		version: String(version),
		original,
		written,
		hashes: listOf(hashes).map(String),
		isMixed: isMixed === true,
		secrets: listOf(secrets).map(String),
	};
}

/** Keeps it, durably, with what puts the release back without regmigrate. */
export async function writeKept(
	access: ReleaseAccess,
	kept: KeptRelease,
	call?: Call,
	aside?: string,
): Promise<void> {
	const { original, written, ...state } = kept;
	const content = {
		"state.json": JSON.stringify(state),
		"original.json": JSON.stringify(original),
		"written.json": JSON.stringify(written),
		"restore.sh": restoreScript(access, kept, aside),
	};
	await putSecret(access, { name: keptName(access, aside), content }, call);
}

/** Removes it, and the storage Secrets that we made. Safe to repeat. */
export async function forgetKept(
	access: ReleaseAccess,
	{ secrets }: Pick<KeptRelease, "secrets">,
	call?: Call,
	aside?: string,
): Promise<void> {
	for (const name of secrets) await removeSecret(access, name, call);
	await removeSecret(access, keptName(access, aside), call);
}

/** What is going to be kept when these values are about to be written. */
export function keptBefore(
	kept: KeptRelease | undefined,
	now: Pick<KeptRelease, "revision" | "version"> & {
		readonly values: Values;
	},
	written: Values,
	secret: string | undefined,
): KeptRelease {
	const isFirst =
		kept === undefined || hashOf(kept.original) === hashOf(now.values);
	const { revision, version, original, hashes, isMixed } = isFirst
		? { ...now, original: now.values, hashes: [], isMixed: false }
		: {
				...kept,
				isMixed: kept.isMixed || !kept.hashes.includes(hashOf(now.values)),
			};
	return {
		revision,
		version,
		original,
		written,
		hashes: [...new Set([...hashes, hashOf(written)])],
		isMixed,
		secrets: [
			...new Set([...(kept?.secrets ?? []), ...(secret ? [secret] : [])]),
		],
	};
}

/** How values come back to what they were: as `decideUndo`. */
export function decideValues(
	{ original, hashes, isMixed }: KeptRelease,
	current: Values,
): UndoDecision {
	const hash = hashOf(current);
	return decideUndo({
		current: hash,
		original: hashOf(original),
		written: hashes.find((one) => one === hash),
		next: undefined,
		isMixed,
	});
}

function restoreScript(
	access: ReleaseAccess,
	{ revision, version }: KeptRelease,
	aside: string | undefined,
): string {
	const { kubectl, namespace } = access;
	const get = `${kubectl} get secret ${keptName(access, aside)} --namespace ${namespace} --output jsonpath='{.data.original\\.json}' | base64 -d`;
	return `# Puts the release back as it was before regmigrate first changed it. Needs nothing of regmigrate.
# Where nobody else has upgraded it since:
${rollbackCommand(access, revision)}
# Otherwise, with the chart's version of now in place of ${version}, and what others have changed in the values:
# ${get} >values.json
# ${upgradeCommand(access, version, "values.json")}
`;
}
