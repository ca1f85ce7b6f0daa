import { describe } from "vitest";
import { hasTools } from "../../support/services.ts";
import { describeS3 } from "./describe-s3.ts";
import { ownServer } from "./own-server.ts";

describe.skipIf(!hasTools("versitygw"))("on VersityGW", () => {
	describeS3({
		product: "VersityGW",
		verifies: true,
		connection: ownServer("versitygw"),
	});
});
