import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { serve } from "../store/http/http-server.ts";
import { refuse } from "../store/s3/scripted-s3.ts";
import { services } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { oddServer } from "./odd-servers.ts";
import { startProgram } from "./program.ts";
import { expectRefusal, SECRET, UntouchedStores } from "./refusal.ts";

const { s3 } = services();
process.env.AWS_ACCESS_KEY_ID = s3.accessKeyId;
process.env.AWS_SECRET_ACCESS_KEY = s3.secretAccessKey;

let stores: UntouchedStores;
beforeEach(async () => {
	stores = await UntouchedStores.make();
});
afterEach(() => stores.check());

test("sync › tells of a bucket that does not exist", async () => {
	const missing = storeUrl("no-such-bucket");
	await expectRefusal([stores.source, missing], {
		exitCode: 1,
		problem: /s3:\/\/no-such-bucket: .*does not exist/,
		advice: /Check the bucket's name in the URL, or create the bucket first/,
	});
});

describe.skipIf(!s3.verifies)("a server that checks credentials", () => {
	test("sync › tells of an access key that nobody knows", async () => {
		const environment = { AWS_ACCESS_KEY_ID: "nobody" };
		await expectRefusal(
			[stores.source, stores.target()],
			{ exitCode: 1, problem: /Access Key/, advice: /AWS_ACCESS_KEY_ID/ },
			{ environment },
		);
	});

	test("sync › tells of a secret key that is wrong, and does not repeat it", async () => {
		const environment = { AWS_SECRET_ACCESS_KEY: SECRET };
		await expectRefusal(
			[stores.source, stores.target()],
			{ exitCode: 1, problem: /signature/, advice: /AWS_SECRET_ACCESS_KEY/ },
			{ environment },
		);
	});

	test("sync › tells the region that the bucket is in", async () => {
		await expectRefusal(
			[stores.source, stores.target("region", "eu-central-1")],
			{
				exitCode: 1,
				problem: /the bucket is in region "us-east-1"/,
				advice: /Add region=us-east-1 to the URL/,
			},
		);
	});
});

test("sync › tells that there are no credentials", async () => {
	const environment = {
		AWS_ACCESS_KEY_ID: undefined,
		AWS_SECRET_ACCESS_KEY: undefined,
	};
	await expectRefusal(
		[stores.source, stores.target()],
		{
			exitCode: 1,
			problem: /no credentials were found/,
			advice: /Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/,
		},
		{ environment },
	);
});

/** Answers of a server to whoever is known to it, and is refused all the same. */
const REFUSALS = [
	[403, "RequestTimeTooSkewed", /Set this machine's clock/],
	[400, "ExpiredToken", /Get new temporary credentials/],
	[400, "InvalidToken", /Check AWS_SESSION_TOKEN/],
	[403, "AccessDenied", /Allow these credentials to list .*\(s3:ListBucket\)/],
	[400, "InvalidBucketName", /Check the bucket's name/],
] as const;

test.for(REFUSALS)(
	"sync › is told %i %s, and says what to do",
	async ([status, code, advice]) => {
		await using server = await serve((_request, response) =>
			refuse(response, status, code),
		);
		const target = stores.target("endpoint", server.origin);
		await expectRefusal([stores.source, target], {
			exitCode: code === "InvalidBucketName" ? 2 : 1,
			problem: new RegExp(code),
			advice,
		});
	},
);

/** Where people write credentials, and should not. */
const CREDENTIALS: readonly (readonly [
	where: string,
	url: () => string | URL,
])[] = [
	["in the URL", () => `s3://AKIA:${SECRET}@bucket`],
	[
		"in the URL, encoded",
		() => `s3://AKIA:${encodeURIComponent(SECRET)}@bucket`,
	],
	[
		"in the endpoint",
		() => stores.target("endpoint", `http://AKIA:${SECRET}@host`),
	],
	["in an option", () => stores.target("secret-key", SECRET)],
	["as a customer's key", () => stores.target("sse-customer-key", SECRET)],
];

test.for(CREDENTIALS)(
	"sync › refuses credentials %s, and repeats nothing of them (I7)",
	async ([, url]) => {
		await expectRefusal([stores.source, url()], {
			exitCode: 2,
			problem: /^Error: Cannot open s3:\/\//,
			advice: /./,
		});
	},
);

test("sync › refuses an option that it does not know", async () => {
	await expectRefusal([stores.source, stores.target("sse-algorithm", "x")], {
		exitCode: 2,
		problem: /the option "sse-algorithm" is not known/,
		advice: /Known options: region, endpoint/,
	});
});

test.for([
	["path-style", "false", /an IP address/, /Leave the option path-style out/],
	["accelerate", "true", /AWS's own endpoints/, /Leave the option accelerate/],
	["sse", "c", /SSE-C is not supported/, /sse=aes256/],
	["storage-class", "GLACIER", /must be restored first/, /STANDARD_IA/],
	["chunk-size", "1", /5 MiB to 5 GiB/, /in digits/],
] as const)(
	"sync › refuses an option that cannot be honoured: %s=%s",
	async ([option, value, problem, advice]) => {
		await expectRefusal([stores.source, stores.target(option, value)], {
			exitCode: 2,
			problem,
			advice,
		});
	},
);

const ENDPOINT_ADVICE = /Check the endpoint/;

test("sync › tells that nothing listens at the endpoint", async () => {
	const { server, endpoint } = await oddServer("silent");
	server.close();
	await once(server, "close");
	await expectRefusal([stores.source, stores.target("endpoint", endpoint)], {
		exitCode: 1,
		problem: /nothing listens there \(connection refused\)/,
		advice: ENDPOINT_ADVICE,
	});
});

test("sync › tells that http answers where https was expected", async () => {
	const endpoint = s3.endpoint.replace("http:", "https:");
	await expectRefusal([stores.source, stores.target("endpoint", endpoint)], {
		exitCode: 1,
		problem: /does not speak TLS \(is it http\?\)/,
		advice: ENDPOINT_ADVICE,
	});
});

test.for([
	["website", 2, /what answers there is not an S3 server/],
	["closing", 1, /the connection was (closed|reset)/],
] as const)(
	"sync › tells that a %s server is no S3 server",
	async ([kind, exitCode, problem]) => {
		const { endpoint } = await oddServer(kind);
		await expectRefusal([stores.source, stores.target("endpoint", endpoint)], {
			exitCode,
			problem,
			advice: ENDPOINT_ADVICE,
		});
	},
);

test("sync › can be interrupted while a server says nothing", async () => {
	const { server, endpoint } = await oddServer("silent");
	const url = stores.target("endpoint", endpoint).href;
	const program = await startProgram(["sync", stores.source, url]);
	await once(server, "connection");
	program.child.kill("SIGINT");
	expect(await program.ended).toEqual({
		exitCode: 130,
		stderr: "Interrupted.\n",
	});
});
