import { describe } from "vitest";
import { hasTools } from "../support/services.ts";
import { describeKilled, EARLY } from "./killed-cutover.ts";

describe.skipIf(!hasTools("registry-3", "minio"))(
	"cutover › before nodes are switched",
	() => describeKilled(EARLY),
);
