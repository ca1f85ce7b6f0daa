import { maskedCommand } from "../registry/masking/mask.ts";
import type { CourseActuators } from "./actuators.ts";
import type { Hooks } from "./announce.ts";

/** Says which commands for people would be run. */
export function dryRunOfHooks(
	{ atWindowOpen, atWindowClosed }: Hooks,
	say: (sentence: string) => void,
): Pick<CourseActuators, "announceOpening" | "announceEnd"> {
	return {
		async announceOpening() {
			if (atWindowOpen !== undefined)
				say(`Would run ${maskedCommand(atWindowOpen)} here.`);
		},
		async announceEnd() {
			if (atWindowClosed !== undefined)
				say(`Would run ${maskedCommand(atWindowClosed)} here.`);
		},
	};
}
