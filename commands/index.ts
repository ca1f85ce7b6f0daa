import type { CommandTable, TopicTable } from "../src/cli/table-plugin.ts";
import { ConfigRender } from "./config/render.ts";
import { Cutover } from "./cutover.ts";
import { Gc } from "./gc.ts";
import { ReadonlyOff } from "./readonly/off.ts";
import { ReadonlyOn } from "./readonly/on.ts";
import { ReadonlyStatus } from "./readonly/status.ts";
import { Rehearse } from "./rehearse.ts";
import { Report } from "./report.ts";
import { Retire } from "./retire.ts";
import { Rollback } from "./rollback.ts";
import { Status } from "./status.ts";
import { Sync } from "./sync.ts";
import { Verify } from "./verify.ts";

/** The one table of commands: what is not in it does not exist. */
export const COMMANDS: CommandTable = {
	"config:render": ConfigRender,
	gc: Gc,
	cutover: Cutover,
	"readonly:off": ReadonlyOff,
	"readonly:on": ReadonlyOn,
	"readonly:status": ReadonlyStatus,
	rehearse: Rehearse,
	report: Report,
	retire: Retire,
	rollback: Rollback,
	status: Status,
	sync: Sync,
	verify: Verify,
};

/** What the commands of more than one word are about, by the first of them. */
export const TOPICS: TopicTable = {
	config: "What the registry is configured to, and will be",
	readonly: "Switch the registry to read-only and back, and prove it",
};
