import { test } from "vitest";
import { hasTools } from "../support/services.ts";
import { expectServedFromS3 } from "./served-from-s3.ts";

test.skipIf(!hasTools("skopeo", "registry-3", "radosgw"))(
	"a registry is served from Ceph radosgw, digest by digest, takes pushes there, and comes back as it was",
	() => expectServedFromS3("radosgw"),
);
