import { SyncRefusal } from "./refusal.ts";

/** What is done with the file of a plan. */
type Use = "read" | "write";

/** Does that, and throws a `SyncRefusal` where the file system refuses; other errors as they are. */
export function usingPlan<T>(path: string, use: Use, act: () => T): T {
	try {
		return act();
	} catch (error) {
		if (!(error instanceof Error && "syscall" in error && "code" in error))
			throw error;
		throw planError(path, use, reasonOf(error));
	}
}

/** A plan that cannot be used; `reason` is a clause. */
export function planError(path: string, use: Use, reason: string): SyncRefusal {
	return use === "read"
		? new SyncRefusal(
				"unusable-plan",
				`${path} cannot be used as a delete plan: ${reason}`,
				[MAKE_ONE],
			)
		: new SyncRefusal(
				"unusable-plan",
				`The delete plan cannot be written to ${path}: ${reason}`,
				["Name another file."],
			);
}

/** What to do when a plan cannot be carried out. */
export const MAKE_ONE =
	"Make one with the same command and --dry-run, and look at it.";

function reasonOf(error: Error & { readonly code: unknown }): string {
	switch (error.code) {
		case "ENOENT":
		case "ENOTDIR":
			return "it, or its directory, does not exist";
		case "EACCES":
		case "EPERM":
		case "EROFS":
			return "that is not permitted";
		case "ENOSPC":
		case "EDQUOT":
			return "there is no room left";
		case "ENAMETOOLONG":
			return "its name is too long";
		default:
			return error.message;
	}
}
