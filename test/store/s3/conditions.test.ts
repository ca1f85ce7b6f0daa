import { hash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { bytes, expectCode } from "../../conformance/objects.ts";
import type { Arrived, Handler } from "../http/http-server.ts";
import { refuse, type ScriptedS3, scriptedS3 } from "./scripted-s3.ts";

/** Whether a server may put, by its condition and the version that is there. */
type Rule = (request: Arrived, version: string | undefined) => boolean;

/** Servers, and what they make of conditions. */
const RULES = {
	/** As S3 and most others have it. */
	honest: ({ headers }, version) =>
		(headers["if-none-match"] === undefined || version === undefined) &&
		(headers["if-match"] === undefined ||
			headers["if-match"] === `"${version}"`),
	/** As Ceph 16 has it: it knows versions without quotation marks only. */
	bare: ({ headers }, version) =>
		(headers["if-none-match"] === undefined || version === undefined) &&
		(headers["if-match"] === undefined || headers["if-match"] === version),
	/** Stores whatever the condition. */
	deaf: () => true,
	/** Honours absence, and takes any version for the right one. */
	easy: ({ headers }, version) =>
		headers["if-none-match"] === undefined || version === undefined,
	/** Honours absence, and recognises no version. */
	strict: ({ headers }, version) =>
		(headers["if-none-match"] === undefined || version === undefined) &&
		headers["if-match"] === undefined,
} satisfies Record<string, Rule>;

/** A server that keeps versions by path. */
function keeping(rule: Rule): Handler {
	const versions = new Map<string, string>();
	return (request, response) => {
		const { method, path, body } = request;
		if (method === "DELETE") versions.delete(path);
		if (method === "DELETE") response.writeHead(204).end();
		else if (rule(request, versions.get(path))) {
			const version = hash("md5", body, "hex");
			versions.set(path, version);
			response.writeHead(200, { etag: `"${version}"` }).end();
		} else refuse(response, 412, "PreconditionFailed");
	};
}

const isTrial = ({ path }: Arrived) => path.includes("/pre/regmigrate-trial-");

/** What is left of the objects on which conditions were tried. */
function leftovers({ server }: ScriptedS3): number {
	const trials = server.requests.filter(isTrial);
	const isDeleted = trials.at(-1)?.method === "DELETE";
	return trials.length === 0 || isDeleted ? 0 : 1;
}

describe("a put on a condition", () => {
	test.each([
		["honest", true, true],
		["bare", true, true],
		["deaf", false, false],
		["easy", true, false],
		["strict", true, false],
	] as const)(
		"on a server that is %s: absence is honoured: %s, a version: %s",
		async (kind, putIfAbsent, putIfVersion) => {
			await using scripted = await scriptedS3(keeping(RULES[kind]));
			const { store } = scripted;
			const first = await store.put("a", bytes("first"));
			const absent = store.put("a", bytes("x"), { only: "absent" });
			await expectCode(
				absent,
				putIfAbsent ? "precondition-failed" : "unsupported",
			);
			expect(store.can).toMatchObject({ putIfAbsent, putIfVersion });
			const { version } = first;
			const same = store.put("a", bytes("second"), { only: { version } });
			if (putIfVersion) await same;
			else await expectCode(same, "unsupported");
			const old = store.put("a", bytes("third"), { only: { version } });
			await expectCode(
				old,
				putIfVersion ? "precondition-failed" : "unsupported",
			);
			expect(leftovers(scripted)).toBe(0);
		},
	);

	test("is tried once, and only when one is asked for", async () => {
		await using scripted = await scriptedS3(keeping(RULES.honest));
		const { store, server } = scripted;
		await store.put("a", bytes("x"));
		expect(server.requests.filter(isTrial)).toEqual([]);
		await Promise.all(
			["b", "c"].map((key) => store.put(key, bytes("x"), { only: "absent" })),
		);
		const tried = server.requests.filter(isTrial).length;
		await store.put("d", bytes("x"), { only: "absent" });
		expect(server.requests.filter(isTrial)).toHaveLength(tried);
		expect(tried).toBe(6);
	});

	test("is tried again when the server could not be asked", async () => {
		const handle = keeping(RULES.honest);
		let refused = 0;
		await using scripted = await scriptedS3((request, response) => {
			if (isTrial(request) && refused++ === 0)
				refuse(response, 503, "SlowDown");
			else void handle(request, response);
		});
		const put = () => scripted.store.put("a", bytes("x"), { only: "absent" });
		await expectCode(put(), "throttled");
		expect(await put()).toMatchObject({ key: "a" });
		expect(leftovers(scripted)).toBe(0);
	});
});
