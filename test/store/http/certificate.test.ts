import { describe, expect, test } from "vitest";
import { Authority, type Certificate, selfSigned } from "./certificates.ts";
import { failureOf } from "./failures.ts";
import {
	authority,
	failure,
	GET,
	serveTls,
	startProxy,
	transport,
} from "./transports.ts";
import { trust } from "./trust.ts";

describe("a certificate", () => {
	const hour = 3_600_000;
	const inHours = (hours: number) => new Date(Date.now() + hours * hour);
	test.each<[string, () => Certificate, string, RegExp]>([
		[
			"that has expired",
			() => authority.certify(["127.0.0.1"], { notAfter: inHours(-0.5) }),
			"the server's certificate has expired",
			/clock/,
		],
		[
			"of tomorrow",
			() => authority.certify(["127.0.0.1"], { notBefore: inHours(1) }),
			"the server's certificate is not valid yet",
			/clock/,
		],
		[
			"for other hosts",
			() => authority.certify(["minio", "10.0.0.1"]),
			'the server\'s certificate is not for "127.0.0.1", but for minio, 10.0.0.1',
			/host name that the certificate is for/,
		],
		[
			"signed by itself",
			() => selfSigned(["127.0.0.1"]),
			"the server's certificate is signed by itself",
			/--ca-bundle FILE/,
		],
		[
			"of an unknown authority",
			() => new Authority("other").certify(["127.0.0.1"]),
			"the server's certificate is signed by an authority that this machine does not know",
			/--ca-bundle FILE/,
		],
	])(
		"%s is refused in plain words",
		async (_what, certificate, reason, advice) => {
			trust(authority.cert);
			const error = await failure(
				{},
				`https://${await serveTls(certificate())}`,
			);
			expect(error).toMatchObject({ code: "unknown", reason });
			expect(error.suggestions[0]).toMatch(advice);
			expect(error.suggestions[1]).toContain("tls-verify=false");
		},
	);

	test("is not looked at where a store's URL says so, and only there", async () => {
		const ours = `https://${await serveTls(selfSigned(["minio"]))}`;
		const other = `https://${(await serveTls(selfSigned(["minio"]))).replace("127.0.0.1", "localhost")}`;
		const made = transport({});
		made.leaveUnverified(ours);
		expect((await made.request({ ...GET, origin: ours })).status).toBe(200);
		const error = await failureOf(made.request({ ...GET, origin: other }));
		expect(error).toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
	});

	test("is not looked at in a tunnel either where a store's URL says so", async () => {
		const place = await serveTls(authority.certify(["s3.test"]));
		const proxy = await startProxy({ hosts: { "bucket.s3.test:443": place } });
		const made = transport({ HTTPS_PROXY: proxy.url });
		made.leaveUnverified("https://s3.test");
		// With the bucket in the host name: below the name that the URL has.
		const request = { ...GET, origin: "https://bucket.s3.test" };
		// The proxy itself looks, and says so.
		expect((await made.request(request)).status).toBe(502);
		expect(proxy.requests).toHaveLength(1);
	});
});
