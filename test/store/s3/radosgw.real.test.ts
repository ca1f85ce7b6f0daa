import { describe } from "vitest";
import { hasTools } from "../../support/services.ts";
import { describeS3 } from "./describe-s3.ts";
import { ownServer } from "./own-server.ts";

describe.skipIf(!hasTools("radosgw"))("on Ceph", () => {
	describeS3({
		product: "radosgw",
		verifies: true,
		// It signs for whatever region a client says.
		knowsItsRegion: false,
		connection: ownServer("radosgw"),
	});
});
