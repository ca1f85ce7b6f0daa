import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { VERSITYGW_DOMAIN } from "../../../scripts/services/versitygw.ts";
import { open as openS3 } from "../../../src/store/s3/open.ts";
import { bodyOf } from "../../conformance/bodies.ts";
import {
	bytes,
	keysOf,
	read,
	sha256,
	sha256Of,
} from "../../conformance/objects.ts";
import { hasTools, newBucket } from "../../support/services.ts";
import { serve } from "../http/http-server.ts";
import { forward } from "./forward.ts";
import { ownServer } from "./own-server.ts";

describe.skipIf(!hasTools("versitygw"))("on VersityGW", () => {
	const connection = ownServer("versitygw");

	test("with path-style=false every call names its bucket in the host, signed so", async () => {
		const bucket = await newBucket(connection());
		// Only a proxy can find hosts that no name server knows.
		await using proxy = await serve(async (arrived, response) => {
			const answer = await forward(arrived, connection().endpoint);
			response.writeHead(answer.status, answer.headers);
			response.end(answer.body);
		});
		const url = new URL(`s3://${bucket}/pre?region=${connection().region}`);
		url.searchParams.set("endpoint", `http://${VERSITYGW_DOMAIN}`);
		url.searchParams.set("path-style", "false");
		const environment = { HTTP_PROXY: proxy.origin, NO_PROXY: undefined };
		await using store = await openS3(url, { environment });

		const small = bytes("small");
		const large = randomBytes(9 * 1024 * 1024);
		await store.put("a b/ü+%", small);
		await store.put("large", bodyOf([large]), { digest: sha256Of(large) });
		expect(await read(store, "a b/ü+%")).toEqual(small);
		expect(sha256(await read(store, "large"))).toBe(sha256(large));
		expect(await store.head("large")).toMatchObject({ size: large.length });
		expect(await keysOf(store, { prefix: "" })).toEqual(["a b/ü+%", "large"]);
		expect(await store.delete(["large"])).toEqual(new Map());
		expect(await keysOf(store, { prefix: "" })).toEqual(["a b/ü+%"]);
		const hosts = new Set(proxy.requests.map(({ headers }) => headers.host));
		expect([...hosts]).toEqual([`${bucket}.${VERSITYGW_DOMAIN}`]);
	});
});
