import { Sha256 } from "@aws-crypto/sha256-js";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import type { Credentials } from "../../../src/store/s3/signer.ts";
import { oddText } from "../odd-text.ts";

/** A request before it is encoded: what both signers are given, each in its own way. */
export interface Plain {
	readonly method: string;
	readonly key: string;
	readonly query: Readonly<Record<string, string>>;
	readonly headers: Readonly<Record<string, string>>;
	readonly payloadHash: string;
}

/** What `@smithy/signature-v4` puts into the Authorization header. */
export async function smithyAuthorization(
	{ method, query, headers, payloadHash }: Plain,
	encodedPath: string,
	credentials: Credentials,
	region: string,
	now: number,
): Promise<string | undefined> {
	const signer = new SignatureV4({
		service: "s3",
		region,
		credentials,
		sha256: Sha256,
		// S3 encodes the path once, other services twice.
		uriEscapePath: false,
		applyChecksum: true,
	});
	const signed = await signer.sign(
		new HttpRequest({
			method,
			hostname: "127.0.0.1",
			path: encodedPath,
			query: { ...query },
			headers: { ...headers, "x-amz-content-sha256": payloadHash },
		}),
		{ signingDate: new Date(now) },
	);
	return signed.headers.authorization;
}

const headerValue = fc
	.array(fc.stringMatching(/^[!-~]{1,12}$/), { minLength: 1, maxLength: 4 })
	.map((words) => words.join(" "));

export const plain: fc.Arbitrary<Plain> = fc.record({
	method: fc.constantFrom("GET", "HEAD", "PUT", "POST", "DELETE"),
	key: oddText,
	query: fc.dictionary(
		fc.oneof(
			fc.constantFrom(
				"list-type",
				"prefix",
				"start-after",
				"continuation-token",
				"encoding-type",
				"max-keys",
				"partNumber",
				"uploadId",
				"uploads",
				"delete",
			),
			oddText.filter(
				(name) => name !== "" && name.toLowerCase() !== "x-amz-signature",
			),
		),
		fc.oneof(fc.constantFrom("", "1/2+3==", "a b"), oddText),
		{ maxKeys: 5 },
	),
	headers: fc
		.record(
			{
				"content-type": fc.constant("application/octet-stream"),
				"content-md5": headerValue,
				range: fc.constant("bytes=0-99"),
				"if-match": headerValue,
				"if-none-match": fc.constant("*"),
				"x-amz-checksum-sha256": headerValue,
				"x-amz-meta-a": headerValue,
				"x-amz-meta-a-b": headerValue,
			},
			{ requiredKeys: [] },
		)
		.chain((headers) =>
			fc
				.constantFrom("127.0.0.1:9000", "s3.eu-west-1.amazonaws.com")
				.map((host) => ({ host, ...headers })),
		),
	payloadHash: fc.stringMatching(/^[0-9a-f]{64}$/),
});

export const credentials: fc.Arbitrary<Credentials> = fc.record({
	accessKeyId: fc.stringMatching(/^[A-Z0-9]{16,20}$/),
	secretAccessKey: fc.stringMatching(/^[A-Za-z0-9/+]{1,40}$/),
	sessionToken: fc.option(fc.stringMatching(/^[A-Za-z0-9/+=]{1,80}$/), {
		nil: undefined,
	}),
});

const DAY_MS = 24 * 60 * 60 * 1000;

/** Moments, many of them close to midnight. */
export const moment = fc.oneof(
	fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) }),
	fc
		.tuple(
			fc.integer({ min: 10_000, max: 40_000 }),
			fc.integer({ min: -2000, max: 2000 }),
		)
		.map(([day, offset]) => day * DAY_MS + offset),
);
