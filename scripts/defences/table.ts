import type { Defence } from "./defence.ts";
import { LATER_DEFENCES } from "./rows/afterwards.ts";
import { DATABASE_DEFENCES } from "./rows/database.ts";
import { INTERRUPTION_DEFENCES } from "./rows/interruptions.ts";
import { INVARIANT_DEFENCES } from "./rows/invariants.ts";
import { RESTART_DEFENCES } from "./rows/restarts.ts";
import { TARGET_DEFENCES } from "./rows/target.ts";
import { WATCH_DEFENCES } from "./rows/watch.ts";
import { WINDOW_DEFENCES } from "./rows/window.ts";

/** All defences that are tried. */
export const DEFENCES: readonly Defence[] = [
	...RESTART_DEFENCES,
	...TARGET_DEFENCES,
	...INTERRUPTION_DEFENCES,
	...WINDOW_DEFENCES,
	...WATCH_DEFENCES,
	...LATER_DEFENCES,
	...DATABASE_DEFENCES,
	...INVARIANT_DEFENCES,
];
