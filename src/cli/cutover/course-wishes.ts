import { durationOf } from "../duration.ts";
import { switchTimes } from "../registry/readonly-flags.ts";
import type { SwitchWishes } from "../registry/readonly-switch.ts";
import type { Said } from "../said.ts";
import { UsageError } from "../usage-error.ts";
import type { Line } from "../wrapped.ts";
import type { SettingsWishes } from "./cutover-world.ts";

/** What the flags of `cutover` and `rollback` say. */
export interface CourseWishes extends SwitchWishes, SettingsWishes {
	readonly "until-stable": string;
	readonly "max-window": string | undefined;
	readonly rehearse: boolean;
	readonly verify: boolean;
	readonly "max-delete": number | undefined;
	readonly "accept-damage": boolean;
	readonly "shared-redis": boolean;
	readonly fence: boolean;
	readonly "at-window-open": string | undefined;
	readonly "at-window-closed": string | undefined;
	readonly "test-repository": string | undefined;
	readonly "database-backup-made": boolean;
}

/** Where a course is shown, and what ends it. */
export interface CourseOutput {
	/** What the command line said. */
	readonly said: Said;
	readonly say: (line: Line) => void;
	readonly signal: AbortSignal;
	/** From here on Ctrl-C does nothing; why is a clause. */
	readonly ignoreInterrupts: (why: string) => void;
}

/** Source and target as they were written for the cutover. */
export interface NamedStores {
	readonly source: string;
	readonly target: string;
}

/** How long pushes may be refused (ms); `undefined`: for as long as it takes. Throws a `UsageError`. */
export function maxWindowOf({
	"max-window": said,
}: Pick<CourseWishes, "max-window">): number | undefined {
	return said === undefined ? undefined : durationOf("max-window", said);
}

/** What Distribution takes as a repository's name. Source: distribution/reference, reference.go, its grammar and its length. */
const REPOSITORY =
	/^(?=.{1,255}$)[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*$/;

/** Where a push is tried. Throws a `UsageError` for a name that every registry refuses: pushes are tried in the very end. */
export function testRepositoryOf({
	"test-repository": said,
}: Pick<CourseWishes, "test-repository">): string | undefined {
	if (said === undefined || REPOSITORY.test(said)) return said;
	throw new UsageError(`--test-repository cannot be "${said}"`, [
		"Write the name of a repository as it is pushed to, without host and tag, such as team/test.",
	]);
}

/** Throws a `UsageError` for a value that nothing could be done with: before anything is begun, and noted as such. */
export function requireUsable(wishes: CourseWishes): void {
	switchTimes(wishes);
	durationOf("until-stable", wishes["until-stable"]);
	durationOf("drain-timeout", wishes["drain-timeout"] ?? "0s");
	maxWindowOf(wishes);
	testRepositoryOf(wishes);
}
