import { isDeepStrictEqual } from "node:util";
import type { EffectiveSettings, Settings } from "../settings.ts";
import {
	ANY_DRIVER,
	collectionPart,
	databasePart,
	driverPart,
	readOnlyPart,
	targetPart,
} from "./block-parts.ts";
import {
	type Block,
	type Divided,
	divide,
	type Outline,
	place,
} from "./managed-block.ts";

/** What is configured, as far as an edit has to know it. */
export type Configured = Pick<
	EffectiveSettings,
	| "storage"
	| "readOnly"
	| "redirectDisabled"
	| "database"
	| "onlineGarbageCollection"
>;

/** What a file is to say beside its source. */
type Meanwhile = Pick<
	Settings,
	"readOnly" | "database" | "onlineGarbageCollection"
>;

/** A `gitlab.rb`, and where its marks are. */
export interface GitlabRb {
	readonly text: string;
	readonly outline: Outline;
	/** Its name, for messages. */
	readonly file: string;
}

/**
 * Edits `gitlab.rb` so that it configures what is asked for; the text as it is where it does already.
 *
 * All that is written is one block of our own at the end of the code, whatever is above it. The file is a program: a
 * storage may be assigned as a whole, by parts, under `if`, in a file that it includes, in `GITLAB_OMNIBUS_CONFIG` that
 * was evaluated before it, more than once, or not at all, and which of these holds is known only when it is evaluated. So
 * the block does not restate what it found, it works on `registry['storage']` as it stands when Ruby gets there. That is
 * why expressions that fetch secrets stay where they are and what they are, and why an edit further up stays effective.
 *
 * It relies on nothing but what every version has: `registry` is a Mash with names as strings, in which absent names may
 * come into being when they are read (while the file is evaluated by GitLab) or be nil (after the file has included
 * another one): hence `||= {}` at each level, and `select` for `slice`.
 */
export function editGitlabRb(
	gitlabRb: GitlabRb,
	settings: Settings,
	configured: Configured,
): string {
	const { block = {}, ...divided } = dividedOf(gitlabRb);
	return place(divided, change(block, settings, configured));
}

/**
 * The file with our block as another text of it has that: without one, where that has none. Byte for byte as it was before
 * we first wrote a block there. Throws as `editGitlabRb` does.
 */
export function withBlockOf(gitlabRb: GitlabRb, other: GitlabRb): string {
	return place(dividedOf(gitlabRb), blockOf(other));
}

/** The file without our block. Throws as `editGitlabRb` does. */
export function removeBlock(gitlabRb: GitlabRb): string {
	return dividedOf(gitlabRb).rest;
}

/** Our block; empty where the file has none. Throws as `editGitlabRb` does. */
export function blockOf(gitlabRb: GitlabRb): Block {
	return dividedOf(gitlabRb).block ?? {};
}

/**
 * A file that is on its source again, made to say this for now. `switched` is a text of the file that was on the target: only
 * its block tells which driver GitLab gives the registry where the file itself names none.
 */
export function sourceFor(
	{ readOnly, database, onlineGarbageCollection }: Meanwhile,
	source: GitlabRb,
	switched: GitlabRb,
): string {
	const { storage = ANY_DRIVER } = blockOf(switched);
	const { block = {}, ...divided } = dividedOf(source);
	const parts: Block = {
		...(readOnly === undefined ? {} : { storage }),
		...block,
		...(readOnly === undefined ? {} : { "read-only": readOnlyPart(readOnly) }),
		...(database === undefined ? {} : { database: databasePart(database) }),
		...(onlineGarbageCollection === undefined
			? {}
			: { gc: collectionPart(onlineGarbageCollection) }),
	};
	return place(divided, parts);
}

/** Whether it configures the target that is in the block of `switched`, although `source` has it in its block no more. */
export function isOnTargetOf(
	switched: GitlabRb,
	source: GitlabRb,
	{ storage }: Configured,
): boolean {
	const left = blockOf(switched).target;
	return (
		left !== undefined &&
		!isDeepStrictEqual(left, blockOf(source).target) &&
		isDeepStrictEqual(left, targetPart(storage))
	);
}

function dividedOf({ text, outline, file }: GitlabRb): Divided {
	return divide(text, outline, file);
}

/**
 * The parts that a block gets. One that says already what is asked for is left out where the file says it by itself, and
 * kept where it was ours: what the file would say without it is not known.
 */
function change(
	block: Block,
	settings: Settings,
	configured: Configured,
): Block {
	const { storage, readOnly, redirectDisabled, database } = settings;
	const { onlineGarbageCollection } = settings;
	const parts: { -readonly [name in keyof Block]: Block[name] } = { ...block };
	if (storage !== undefined && !isDeepStrictEqual(storage, configured.storage))
		parts.target = targetPart(storage);
	if (
		redirectDisabled !== undefined &&
		redirectDisabled !== configured.redirectDisabled
	)
		parts.redirect = [
			"registry['storage']['redirect'] ||= {}",
			`registry['storage']['redirect']['disable'] = ${redirectDisabled}`,
		];
	if (readOnly !== undefined && readOnly !== configured.readOnly)
		parts["read-only"] = readOnlyPart(readOnly);
	if (
		database !== undefined &&
		configured.database !== (database ? "on" : "off")
	)
		parts.database = databasePart(database);
	if (
		onlineGarbageCollection !== undefined &&
		onlineGarbageCollection !== configured.onlineGarbageCollection
	)
		parts.gc = collectionPart(onlineGarbageCollection);
	const touchesStorage =
		parts.target !== undefined ||
		parts.redirect !== undefined ||
		parts["read-only"] !== undefined;
	if (touchesStorage && parts.storage === undefined)
		parts.storage = driverPart(configured.storage);
	return parts;
}
