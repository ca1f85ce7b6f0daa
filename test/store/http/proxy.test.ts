import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { isExempt } from "../../../src/store/http/no-proxy.ts";
import { proxyFor } from "../../../src/store/http/proxy.ts";
import { ProxyError } from "../../../src/store/http/proxy-error.ts";

const BOTH = {
	HTTPS_PROXY: "http://secure.example:3128",
	HTTP_PROXY: "http://plain.example:3128",
};

describe("the proxy for an origin", () => {
	test.each<[string, Record<string, string>, string | undefined]>([
		["https://s3.example", {}, undefined],
		["https://s3.example", { HTTPS_PROXY: " " }, undefined],
		["https://s3.example", BOTH, "http://secure.example:3128"],
		["http://s3.example", BOTH, "http://plain.example:3128"],
		["http://s3.example", { HTTPS_PROXY: "http://p:1" }, undefined],
		["https://s3.example", { HTTP_PROXY: "http://p:1" }, undefined],
		["https://s3.example", { https_proxy: "http://p:1" }, "http://p:1"],
		[
			"https://s3.example",
			{ ...BOTH, https_proxy: "http://lower:1" },
			"http://lower:1",
		],
		["https://s3.example", { ...BOTH, https_proxy: "" }, BOTH.HTTPS_PROXY],
		["https://s3.example", { ...BOTH, NO_PROXY: "s3.example" }, undefined],
		["https://s3.example", { ...BOTH, no_proxy: "s3.example" }, undefined],
		[
			"https://s3.example",
			{ HTTPS_PROXY: "p.example:8080" },
			"http://p.example:8080",
		],
		[
			"https://s3.example",
			{ HTTPS_PROXY: "10.0.0.1:8080" },
			"http://10.0.0.1:8080",
		],
		[
			"https://s3.example",
			{ HTTPS_PROXY: "https://p.example" },
			"https://p.example",
		],
	])("%s under %j is %s", (origin, environment, expected) => {
		expect(proxyFor(origin, environment)?.origin).toBe(expected);
	});

	test.each([
		"http://169.254.169.254",
		"http://169.254.170.2",
		"http://169.254.170.23",
		"http://[fd00:ec2::254]",
		"http://[fd00:ec2::23]",
		"http://[fd20:ce::254]",
		"http://[fe80::1]",
		"http://metadata.google.internal",
		"http://metadata.google.internal.",
		"http://metadata.goog",
	])("is none for the metadata service %s", (origin) => {
		expect(proxyFor(origin, BOTH)).toBeUndefined();
	});

	test.each([
		["AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://metadata.test:1338/"],
		["AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://metadata.test:1338/role"],
		["GCE_METADATA_HOST", "metadata.test:1338"],
		["GCE_METADATA_IP", "metadata.test:1338"],
		["IDENTITY_ENDPOINT", "http://metadata.test:1338/msi/token"],
		["MSI_ENDPOINT", "http://metadata.test:1338/oauth2/token"],
	])("is none for the metadata service that %s names", (variable, value) => {
		const environment = { ...BOTH, [variable]: value };
		expect(proxyFor("http://metadata.test:1338", environment)).toBeUndefined();
		expect(proxyFor("http://metadata.test", environment)).toBeDefined();
	});

	test.each(["localhost", "a.localhost", "127.0.0.1", "127.1.2.3", "[::1]"])(
		"is one for %s only when it is on this machine too",
		(host) => {
			const local = { HTTPS_PROXY: "http://localhost:3128" };
			expect(proxyFor(`https://${host}:9000`, BOTH)).toBeUndefined();
			expect(proxyFor(`https://${host}:9000`, local)).toBeDefined();
			expect(
				proxyFor(`https://${host}:9000`, { ...local, NO_PROXY: "*" }),
			).toBeUndefined();
		},
	);

	test("takes the user name and password out of what may be shown (I7)", () => {
		const HTTPS_PROXY = "http://us%40er:SEC%3ARET@proxy.example:3128";
		expect(proxyFor("https://s3.example", { HTTPS_PROXY })).toEqual({
			origin: "http://proxy.example:3128",
			host: "proxy.example:3128",
			variable: "HTTPS_PROXY",
			authorization: `Basic ${Buffer.from("us@er:SEC:RET").toString("base64")}`,
		});
	});

	test.each([
		["socks5://SECRET@proxy:1080", "names a socks5 proxy"],
		["http://", "is not the URL of a proxy"],
		["http://user:SECRET@pro xy:1", "is not the URL of a proxy"],
		[
			"http://user:SECRET%zz@proxy:1",
			"has a user name or password that is not percent-encoded",
		],
	])(
		"that cannot be used is refused by its variable, and not shown: %s (I7)",
		(value, reason) => {
			let thrown: unknown;
			try {
				proxyFor("https://s3.example", { https_proxy: value });
			} catch (error) {
				thrown = error;
			}
			if (!(thrown instanceof ProxyError)) throw thrown;
			expect(thrown.storeCode).toBe("unsupported");
			expect(thrown.message).toContain(`https_proxy ${reason}`);
			expect(inspect(thrown)).not.toContain("SECRET");
		},
	);
});

describe("NO_PROXY", () => {
	test.each<[string, string, boolean]>([
		["*", "https://s3.example", true],
		["", "https://s3.example", false],
		[",, ,", "https://s3.example", false],
		["s3.example", "https://s3.example", true],
		["S3.Example", "https://s3.example", true],
		["s3.example.", "https://s3.example", true],
		["s3.example", "https://s3.example.", true],
		["example", "https://s3.example", true],
		["xample", "https://s3.example", false],
		["s3.example.com", "https://s3.example", false],
		[".example", "https://s3.example", true],
		[".s3.example", "https://s3.example", false],
		["*.example", "https://s3.example", true],
		["*.example", "https://example", false],
		["other, s3.example", "https://s3.example", true],
		["other s3.example", "https://s3.example", true],
		["s3.example:443", "https://s3.example", true],
		["s3.example:9000", "https://s3.example", false],
		["s3.example:9000", "https://s3.example:9000", true],
		["s3.example:80", "http://s3.example", true],
		["10.0.0.1", "http://10.0.0.1", true],
		["10.0.0.1:80", "http://10.0.0.1", true],
		["10.0.0.1:81", "http://10.0.0.1", false],
		["10.0.0.10", "http://10.0.0.1", false],
		["10.0.0.0/8", "http://10.1.2.3", true],
		["10.0.0.0/8", "http://11.1.2.3", false],
		["10.0.0.0/33", "http://10.1.2.3", false],
		["10.0.0.0/", "http://10.1.2.3", false],
		["10.0.0.0/8", "http://ten.example", false],
		["fd00::1", "http://[fd00::1]", true],
		["fd00:0:0::1", "http://[fd00::1]", true],
		["[fd00::1]", "http://[fd00::1]", true],
		["[fd00::1]:80", "http://[fd00::1]", true],
		["[fd00::1]:81", "http://[fd00::1]", false],
		["fd00::/8", "http://[fd12::1]", true],
		["fd00::/8", "http://10.0.0.1", false],
		["10.0.0.0/8", "http://[fd12::1]", false],
	])("%j names %s: %s", (noProxy, origin, expected) => {
		expect(isExempt(new URL(origin), noProxy)).toBe(expected);
	});
});
