import type { Environment } from "../../../../src/store/environment.ts";
import { openStore } from "../../../../src/store/open.ts";
import type { StoreName } from "../measurement.ts";
import type { Measured } from "./measured.ts";

/** Anything in base64. */
export const AZURE_KEY = Buffer.alloc(64, "key").toString("base64");
export const AWS_KEYS = {
	accessKeyId: "AKIAIOSFODNN7EXAMPLE",
	secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};

const ENVIRONMENT: Environment = {
	AWS_ACCESS_KEY_ID: AWS_KEYS.accessKeyId,
	AWS_SECRET_ACCESS_KEY: AWS_KEYS.secretAccessKey,
	AZURE_STORAGE_KEY: AZURE_KEY,
};

const URLS: Readonly<Record<StoreName, (place: string) => string>> = {
	s3: (origin) =>
		`s3://bench?region=us-east-1&endpoint=${origin}&path-style=true`,
	gs: (origin) => `gs://bench?endpoint=${origin}`,
	az: (origin) => `az://bench/bench?endpoint=${origin}&root-prefix=trimmed`,
	file: (directory) => `file://${directory}`,
};

/** Our store, as the commands use it. `place` is the sink's origin, or a directory. */
export async function openOurs(
	name: StoreName,
	place: string,
): Promise<Measured> {
	const url = new URL(URLS[name](place));
	const store = await openStore(url, { environment: ENVIRONMENT });
	return {
		put: (key, body) => store.put(key, body),
		list: () => store.list({ prefix: "" }),
	};
}
