import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import {
	gcsStorage,
	serviceAccountKey,
} from "../../scripts/services/fake-gcs-server.ts";
import type { StorageBlock } from "../../scripts/services/registry.ts";
import { startGcsEmulator } from "../store/gcs/gcs-emulator.ts";
import { give } from "../store/gcs/scripted-gcs.ts";
import { serve } from "../store/http/http-server.ts";

/**
 * A new bucket of an emulator, which both the program and registries find in the environment; and the storage of a
 * registry with this root directory in it, whose key, in the folder, a server of the test's own exchanges for tokens.
 */
export async function gcsBucket(
	folder: string,
	root: string,
): Promise<{
	readonly bucket: string;
	readonly block: StorageBlock;
	readonly keyFile: string;
}> {
	const emulator = await startGcsEmulator();
	onTestFinished(() => emulator[Symbol.asyncDispose]());
	vi.stubEnv("STORAGE_EMULATOR_HOST", new URL(emulator.origin).host);
	onTestFinished(() => void vi.unstubAllEnvs());
	const tokens = await serve((_request, response) =>
		give(response, {
			access_token: "x",
			token_type: "Bearer",
			expires_in: 3600,
		}),
	);
	onTestFinished(() => tokens[Symbol.asyncDispose]());
	const keyFile = join(folder, "key.json");
	writeFileSync(keyFile, serviceAccountKey(`${tokens.origin}/token`));
	const bucket = await emulator.newBucket();
	return { bucket, block: gcsStorage(bucket, keyFile, root), keyFile };
}
