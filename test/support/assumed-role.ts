import { Sha256 } from "@aws-crypto/sha256-js";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import type { S3Connection } from "../../scripts/services/s3-connection.ts";

/** One rule of a policy, as IAM has it. */
export interface PolicyStatement {
	readonly Effect: "Allow" | "Deny";
	readonly Action: readonly string[];
	readonly Resource: readonly string[];
	readonly Condition?: object | undefined;
}

/**
 * Credentials for an hour that may do what the server's own may, as far as a policy allows it; as variables of AWS's
 * tools. MinIO gives them. Source: AWS STS API reference, AssumeRole.
 */
export async function assumeRole(
	{ endpoint, region, accessKeyId, secretAccessKey }: S3Connection,
	statements: readonly PolicyStatement[],
): Promise<Readonly<Record<string, string>>> {
	const url = new URL(endpoint);
	const policy = { Version: "2012-10-17", Statement: statements };
	const body = new URLSearchParams({
		Action: "AssumeRole",
		Version: "2011-06-15",
		DurationSeconds: "3600",
		Policy: JSON.stringify(policy),
	}).toString();
	const signer = new SignatureV4({
		credentials: { accessKeyId, secretAccessKey },
		region,
		service: "sts",
		sha256: Sha256,
	});
	const { headers } = await signer.sign(
		new HttpRequest({
			method: "POST",
			protocol: url.protocol,
			hostname: url.hostname,
			port: Number(url.port),
			path: "/",
			headers: {
				host: url.host,
				"content-type": "application/x-www-form-urlencoded",
			},
			body,
		}),
	);
	const response = await fetch(url, { method: "POST", headers, body });
	const text = await response.text();
	const field = (name: string): string => {
		const [, value] = new RegExp(`<${name}>([^<]+)<`).exec(text) ?? [];
		if (value === undefined) throw new Error(`AssumeRole answered ${text}`);
		return value;
	};
	return {
		AWS_ACCESS_KEY_ID: field("AccessKeyId"),
		AWS_SECRET_ACCESS_KEY: field("SecretAccessKey"),
		AWS_SESSION_TOKEN: field("SessionToken"),
	};
}
