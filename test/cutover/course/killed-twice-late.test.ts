import { describeKilledTwice } from "./killed-twice.ts";
import { FAILING_LATE } from "./model-cutover.ts";

describeKilledTwice(FAILING_LATE);
