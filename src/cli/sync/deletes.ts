import { resolve } from "node:path";
import { Flags } from "@oclif/core";
import { keyProblem } from "../../store/key.ts";
import type { DeleteOptions, DeletePlan } from "../../sync/delete-plan.ts";
import { confirmed, isAnybodyThere } from "../confirmation.ts";
import { formatBytes } from "../format.ts";
import { UsageError } from "../usage-error.ts";
import { deletedKinds } from "./delete-lines.ts";

/** The flags that say what may be deleted at the target. */
export const deleteFlags = {
	delete: Flags.boolean({
		description:
			"delete at TARGET what SOURCE does not have, when all else is done; only where the whole source could be read, and nothing failed or was held back, as tags are that move meanwhile",
	}),
	yes: Flags.boolean({
		char: "y",
		dependsOn: ["delete"],
		description: "delete without asking",
	}),
	"max-delete": Flags.integer({
		min: 0,
		helpValue: "N",
		dependsOn: ["delete"],
		description:
			"refuse to delete more objects than this; by default, more than half of the target's tags. With a plan that was made before, only what is not in that counts, by default none of it",
	}),
	"delete-plan": Flags.string({
		helpValue: "FILE",
		dependsOn: ["delete"],
		description:
			"with --dry-run, write down there what would be deleted; later, delete what that plan has, without asking, and refuse to delete anything else",
	}),
	"backup-prefix": Flags.string({
		helpValue: "PREFIX",
		dependsOn: ["delete"],
		description: "copy what is deleted to this prefix of TARGET first",
	}),
};

/** What the flags of a command say, and where it runs. */
export interface DeleteWishes {
	readonly delete: boolean;
	readonly yes: boolean;
	readonly "max-delete": number | undefined;
	readonly "backup-prefix": string | undefined;
	readonly "delete-plan": string | undefined;
	readonly isDryRun: boolean;
	readonly signal: AbortSignal;
}

/** How to delete, as the flags say; `undefined`: not at all. Throws a `UsageError` when nobody could be asked. */
export function deleteOptions(wishes: DeleteWishes): DeleteOptions | undefined {
	if (!wishes.delete) return undefined;
	const plan = wishes["delete-plan"];
	if (plan === "")
		throw new UsageError("--delete-plan is empty", ["Name a file."]);
	const isSure = wishes.yes || wishes.isDryRun || plan !== undefined;
	if (!isSure && !isAnybodyThere())
		throw new UsageError(
			"--delete asks before it deletes, and there is no terminal to ask at",
			[
				"Look at what would be deleted with --dry-run --delete-plan FILE, then run it with --delete-plan FILE; or with --yes, and --max-delete as a limit.",
			],
		);
	return {
		approve: (plan) =>
			isSure || confirmed(told(plan), "Delete them there?", wishes.signal),
		maxObjects: wishes["max-delete"],
		backupPrefix: backupPrefix(wishes["backup-prefix"]),
		planPath: plan === undefined ? undefined : resolve(plan),
	};
}

function backupPrefix(text: string | undefined): string | undefined {
	if (text === undefined) return undefined;
	const name = text.replace(/\/$/, "");
	const problem = keyProblem(name);
	if (problem !== undefined)
		throw new UsageError(`--backup-prefix cannot be used: ${problem}`, [
			"Write it like a directory: --backup-prefix backup/2026-01-31.",
		]);
	if (name.split("/")[0] === "docker")
		throw new UsageError(
			"--backup-prefix lies in docker/, where the registry would find what is deleted",
			["Name another one: --backup-prefix backup."],
		);
	return `${name}/`;
}

/** What is told to whoever is asked. */
function told(plan: DeletePlan): string {
	return `The source does not have ${deletedKinds(plan)} of the target (${formatBytes(plan.bytes)}).`;
}
