import { expect, test } from "vitest";
import { RESUMABLE_THRESHOLD } from "../../src/store/gcs/gcs-store.ts";
import { hasTools } from "../support/services.ts";
import { gcsBucket } from "./gcs-storage.ts";
import { expectServedFrom, LARGE_BYTES } from "./served-from.ts";
import { temporaryFolder } from "./temporary-folder.ts";

test.skipIf(!hasTools("skopeo", "registry-3", "fake-gcs-server"))(
	"a registry is served from Google Cloud Storage, digest by digest, and comes back as it was",
	async () => {
		expect(LARGE_BYTES).toBeGreaterThan(RESUMABLE_THRESHOLD);
		const folder = await temporaryFolder();
		const { bucket, block } = await gcsBucket(folder, "/pre/fix");
		const url = `gs://${bucket}/pre/fix?chunk-size=1048576`;
		// The emulator does not take a registry's uploads, which it appends to.
		await expectServedFrom({ url, block, takesPushes: false }, folder);
	},
);
