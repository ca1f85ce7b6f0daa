import { maskedCommand } from "../registry/masking/mask.ts";
import type { CourseActuators } from "./actuators.ts";
import type { Hooks } from "./announce.ts";

/** Says which commands for people would be run. */
export function dryRunOfHooks(
	{ atWindowOpen, atWindowClosed }: Hooks,
	say: (sentence: string) => void,
): Pick<CourseActuators, "announceOpening" | "announceEnd"> {
	const sayOf = (line: string | undefined) =>
		say(
			line === undefined
				? "Would run nothing: no command is given."
				: `Would run ${maskedCommand(line)} here.`,
		);
	return {
		announceOpening: async () => sayOf(atWindowOpen),
		announceEnd: async () => sayOf(atWindowClosed),
	};
}
