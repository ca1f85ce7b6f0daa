import { hash } from "node:crypto";
import { escapeUTF8 } from "entities";
import { StoreError, type StoreErrorOptions } from "../errors.ts";
import { element } from "../http/xml.ts";
import { md5Sum } from "../md5.ts";
import { fromResponse } from "./errors.ts";
import type { Plane } from "./plane.ts";
import { sha256Header } from "./proven-bodies.ts";

/** Most keys one DeleteObjects call takes. Source: Amazon S3 API reference, DeleteObjects. */
export const DELETE_BATCH = 1000;

/** An object that could not be deleted, in the server's words. */
export interface FailedKey {
	/** The whole key, with the store's prefix. */
	readonly key: string;
	readonly code: string;
	readonly message: string;
}

/** Deletes at most `DELETE_BATCH` objects by their whole keys, absent ones too. Resolves to what could not be deleted. */
export async function deleteObjects(
	plane: Plane,
	keys: readonly string[],
	about: StoreErrorOptions,
	signal: AbortSignal | undefined,
): Promise<readonly FailedKey[]> {
	const objects = keys.map(
		(key) => `<Object><Key>${escaped(key)}</Key></Object>`,
	);
	const body = Buffer.from(
		`<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${objects.join("")}<Quiet>true</Quiet></Delete>`,
	);
	const sha256 = hash("sha256", body, "hex");
	const md5 = md5Sum(body)?.toString("base64");
	const headers = {
		"content-type": "application/xml",
		// Servers insist on one of the two, and some do not know the other.
		...sha256Header(sha256),
		...(md5 === undefined ? {} : { "content-md5": md5 }),
	};
	const query = { delete: "" };
	const response = await plane.request(
		{ method: "POST", key: "", query, headers, body, sha256, signal },
		about,
	);
	const xml = response.body.toString();
	try {
		return parseFailures(xml);
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		// AWS can fail after it has begun to answer with success.
		if (xml.includes("<Error>"))
			throw fromResponse(500, response.headers, xml, about);
		const reason = `the server's answer cannot be read: ${error.message}`;
		throw new StoreError("unavailable", reason, { ...about, cause: error });
	}
}

/** What a DeleteObjects answer says of keys that are left. Throws a `SyntaxError` on anything that is no whole answer. */
export function parseFailures(xml: string): readonly FailedKey[] {
	const start = xml.indexOf("<DeleteResult");
	// Without anything to say, a server may write the element in one tag.
	if (/^<DeleteResult[^>]*\/>\s*$/.test(xml.slice(start))) return [];
	const end = xml.indexOf("</DeleteResult>", start);
	if (start === -1 || end === -1) throw new SyntaxError("no DeleteResult");
	const failures: FailedKey[] = [];
	for (
		let open = xml.indexOf("<Error>", start), close = 0;
		open !== -1 && open < end;
		open = xml.indexOf("<Error>", close)
	) {
		close = xml.indexOf("</Error>", open);
		if (close === -1) throw new SyntaxError("an unfinished Error element");
		const key = element(xml, "Key", open, close);
		if (key === undefined) throw new SyntaxError("an error without a key");
		failures.push({
			key,
			code: element(xml, "Code", open, close) ?? "",
			message: element(xml, "Message", open, close) ?? "",
		});
	}
	return failures;
}

/** Line ends would be normalised by the reader, or taken for white space. */
function escaped(key: string): string {
	return escapeUTF8(key).replaceAll(
		/[\n\r\t\u0085\u2028]/g,
		(character) => `&#${character.charCodeAt(0)};`,
	);
}
