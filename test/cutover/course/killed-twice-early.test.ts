import { describeKilledTwice } from "./killed-twice.ts";
import { FAILING_EARLY } from "./model-cutover.ts";

describeKilledTwice(FAILING_EARLY);
