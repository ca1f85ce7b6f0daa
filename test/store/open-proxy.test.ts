import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { StoreError } from "../../src/store/errors.ts";
import { openStore } from "../../src/store/open.ts";
import { failureOf } from "./http/failures.ts";
import { InspectingProxy } from "./http/inspecting-proxy.ts";

const KEYS = {
	AWS_ACCESS_KEY_ID: "id",
	AWS_SECRET_ACCESS_KEY: "secret",
	AZURE_STORAGE_KEY: Buffer.alloc(64).toString("base64"),
};

beforeEach(() => {
	vi.stubEnv("STORAGE_EMULATOR_HOST", "https://gcs.test");
});
afterEach(() => {
	vi.unstubAllEnvs();
});

test.each([
	["s3://reg", "reg.s3.us-east-1.amazonaws.com:443"],
	["s3://reg?endpoint=https://s3.test:9000", "s3.test:9000"],
	["gs://reg", "gcs.test:443"],
	["az://account/reg", "account.blob.core.windows.net:443"],
])(
	"%s is opened through the proxy, which is named when it will not",
	async (url, destination) => {
		await using proxy = await InspectingProxy.start({ refusesWith: 403 });
		const environment = {
			...KEYS,
			HTTPS_PROXY: proxy.url.replace("//", "//user:SECRET@"),
		};
		const error = await failureOf(openStore(new URL(url), { environment }));
		if (!(error instanceof StoreError)) throw error;
		expect(error.code).toBe("permission-denied");
		expect(error.reason).toBe(
			`the proxy ${new URL(proxy.url).host} (from HTTPS_PROXY) refuses to connect to ${destination} (it answered 403)`,
		);
		expect(proxy.tunnels).toEqual([destination]);
	},
);
