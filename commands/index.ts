import type { CommandTable } from "../src/cli/table-plugin.ts";
import { Sync } from "./sync.ts";
import { Verify } from "./verify.ts";

/** The one table of commands: what is not in it does not exist. */
export const COMMANDS: CommandTable = {
	sync: Sync,
	verify: Verify,
};
