import { isAsAsked } from "../asked-settings.ts";
import type { HostProcess } from "../host/processes.ts";
import type { Configured } from "./gitlab-rb.ts";

/** What is found after a reconfigure that said that it succeeded. */
export interface Found {
	/** What was to be configured, and what `config.yml` says. */
	readonly expected: Configured;
	readonly configured: Configured;
	/** Whether `gitlab.rb` is as it was when it was evaluated. */
	readonly isFileKept: boolean;
	/** Whether `config.yml` was written anew, and when (ms since 1970, by the host's clock). */
	readonly isRewritten: boolean;
	readonly writtenAt: number;
	/** The registry's process before and after. */
	readonly before: HostProcess | undefined;
	readonly after: HostProcess | undefined;
}

/** What became of it. */
export type Verdict =
	| "in-force"
	/** Somebody else wrote `gitlab.rb` while it was brought into force. */
	| "reverted"
	/** `config.yml` does not say what was asked for. */
	| "not-generated"
	| "not-running"
	/** A registry runs that has not read `config.yml` as it is. */
	| "not-restarted";

/** How far the start of a process may seem to be before it was (ms): the host's clock and its uptime are read one after the other. */
const TOLERANCE_MS = 2000;

/**
 * Whether a reconfigure did what it said. A reconfigure exits with 0 also when it changed nothing.
 *
 * | config.yml   | gitlab.rb | process                                         | verdict       |
 * | ------------ | --------- | ----------------------------------------------- | ------------- |
 * | not as asked | another   | -                                               | reverted      |
 * | not as asked | as it was | -                                               | not-generated |
 * | as asked     | another   | -                                               | reverted      |
 * | as asked     | as it was | none                                            | not-running   |
 * | as asked     | as it was | the same, and config.yml was written anew       | not-restarted |
 * | as asked     | as it was | older than config.yml                           | not-restarted |
 * | as asked     | as it was | younger                                         | in-force      |
 */
export function judge(found: Found): Verdict {
	const { expected, configured, after } = found;
	if (!found.isFileKept) return "reverted";
	if (!isGenerated(expected, configured)) return "not-generated";
	if (after === undefined) return "not-running";
	const isSame = found.before?.id === after.id;
	if (isSame && found.isRewritten) return "not-restarted";
	return hasRead(after, found.writtenAt) ? "in-force" : "not-restarted";
}

/** Whether a generated file says what is configured. Of the database it may say more: what the package's defaults are. */
export function isGenerated(
	configured: Configured,
	generated: Configured,
): boolean {
	const { database, ...asked } = configured;
	return (
		(database === undefined || database === generated.database) &&
		isAsAsked(generated, asked)
	);
}

/** Whether a process was started after a file was written. */
export function hasRead(
	{ startedAt }: HostProcess,
	writtenAt: number,
): boolean {
	return startedAt + TOLERANCE_MS >= writtenAt;
}
