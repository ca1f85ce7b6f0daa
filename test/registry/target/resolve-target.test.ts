import { afterEach, expect, test, vi } from "vitest";
import { resolveTarget } from "../../../src/registry/target/resolve-target.ts";
import type { Environment } from "../../../src/store/environment.ts";

afterEach(() => void vi.unstubAllEnvs());

/** The URL and the environment that say all of a target. */
async function resolved(url: string, environment: Environment = {}) {
	const target = await resolveTarget({ url: new URL(url), environment });
	return [target.url.href, target.environment] as const;
}

test("the region and the endpoint of the environment are said in the URL, where it says none", async () => {
	vi.stubEnv("AWS_ENDPOINT_URL", "http://minio:9000");
	vi.stubEnv("AWS_REGION", "eu-west-1");
	expect(await resolved("s3://reg/pre?sse=aes256")).toEqual([
		"s3://reg/pre?sse=aes256&region=eu-west-1&endpoint=http%3A%2F%2Fminio%3A9000",
		{},
	]);
	const all = "s3://reg?region=x&endpoint=https%3A%2F%2Felsewhere";
	expect(await resolved(all)).toEqual([all, {}]);
});

test("where nothing says them, neither does the URL", async () => {
	for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"])
		vi.stubEnv(name, undefined);
	vi.stubEnv("AWS_CONFIG_FILE", "/dev/null");
	vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
	expect(await resolved("s3://reg")).toEqual(["s3://reg", {}]);
});

test("a connection string is taken apart, if it is this account's", async () => {
	const url = "az://acc/reg?root-prefix=trimmed";
	const of = (account: string) => ({
		AZURE_STORAGE_CONNECTION_STRING: `AccountName=${account};AccountKey=a2V5;BlobEndpoint=https://blobs.example/${account}`,
	});
	expect(await resolved(url, of("acc"))).toEqual([
		`${url}&endpoint=https%3A%2F%2Fblobs.example%2Facc`,
		{
			...of("acc"),
			AZURE_STORAGE_ACCOUNT: "acc",
			AZURE_STORAGE_KEY: "a2V5",
		},
	]);
	expect(await resolved(url, of("other"))).toEqual([url, of("other")]);
	const realm = `${url}&realm=core.chinacloudapi.cn`;
	expect((await resolved(realm, of("acc")))[0]).toBe(realm);
});

test("other stores say all of it already", async () => {
	for (const url of ["gs://reg/pre", "file:///srv/registry"])
		expect(await resolved(url)).toEqual([url, {}]);
});
