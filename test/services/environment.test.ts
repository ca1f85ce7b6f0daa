import { afterEach, expect, test, vi } from "vitest";
import {
	isDevelopers,
	proxyEnvironment,
	quietEnvironment,
} from "../../scripts/services/environment.ts";

afterEach(() => vi.unstubAllEnvs());

const MEDDLING = [
	"AWS_PROFILE",
	"AZURE_STORAGE_KEY",
	"AZURE_CLIENT_ID",
	"GOOGLE_APPLICATION_CREDENTIALS",
	"GCLOUD_PROJECT",
	"CLOUDSDK_CONFIG",
	"FAKE_GCS_EXTERNAL_URL",
	"REGISTRY_STORAGE",
	"MINIO_ROOT_USER",
];
const PROXIES = ["HTTPS_PROXY", "http_proxy", "ALL_PROXY", "no_proxy"];

test.each([...MEDDLING, ...PROXIES])(
	"the environment of a server, and of a test, is without the developer's %s",
	(name) => {
		vi.stubEnv(name, "the developer's");
		expect(quietEnvironment()).not.toHaveProperty(name);
		expect(quietEnvironment({ [name]: "ours" })).toHaveProperty(name, "ours");
		expect(isDevelopers(name)).toBe(true);
	},
);

test("all else stays, and what fetches from elsewhere has the proxies", () => {
	for (const name of ["PATH", "HOME", "REGMIGRATE_SERVICES"])
		vi.stubEnv(name, "kept");
	for (const name of PROXIES) vi.stubEnv(name, "http://proxy");
	expect(quietEnvironment()).toMatchObject({
		PATH: "kept",
		HOME: "kept",
		REGMIGRATE_SERVICES: "kept",
	});
	expect(proxyEnvironment()).toEqual(
		Object.fromEntries(PROXIES.map((name) => [name, "http://proxy"])),
	);
});

test("a test begins without any of them", () => {
	const left = Object.keys(process.env).filter(isDevelopers);
	expect(left.sort()).toEqual([
		"AWS_CONFIG_FILE",
		"AWS_EC2_METADATA_DISABLED",
		"AWS_SHARED_CREDENTIALS_FILE",
	]);
});
