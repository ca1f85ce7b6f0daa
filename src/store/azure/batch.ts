import { randomUUID } from "node:crypto";
import type { ResponseHeaders } from "../http/exchange.ts";

/** One deletion in a batch. */
export interface BatchRequest {
	/** Percent-encoded path, and query. */
	readonly path: string;
	/** By lower-case name. */
	readonly headers: Readonly<Record<string, string>>;
}

/** What became of one deletion. */
export interface BatchAnswer {
	readonly status: number;
	readonly headers: ResponseHeaders;
	readonly body: string;
}

/** A batch, and the media type that names its boundary. */
export interface Batch {
	readonly contentType: string;
	readonly body: Buffer;
}

/** Writes deletions down as one body. Source: Azure Storage REST API reference, "Blob Batch"; RFC 2046. */
export function formatBatch(requests: readonly BatchRequest[]): Batch {
	const boundary = `batch_${randomUUID()}`;
	let text = "";
	for (const [index, { path, headers }] of requests.entries()) {
		text += `--${boundary}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: ${index}\r\n\r\nDELETE ${path} HTTP/1.1\r\n`;
		for (const [name, value] of Object.entries(headers))
			text += `${name}: ${value}\r\n`;
		text += "content-length: 0\r\n\r\n";
	}
	text += `--${boundary}--\r\n`;
	return {
		contentType: `multipart/mixed; boundary=${boundary}`,
		body: Buffer.from(text),
	};
}

/** Reads the answers, by the place of their requests. Throws a `SyntaxError` on anything but answers to a batch. */
export function parseBatch(
	contentType: string,
	text: string,
): ReadonlyMap<number, BatchAnswer> {
	const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
	if (boundary === undefined) throw new SyntaxError("no boundary");
	const answers = new Map<number, BatchAnswer>();
	const [, ...parts] = text.split(`--${boundary}`);
	if (!parts.at(-1)?.startsWith("--"))
		throw new SyntaxError("a batch that is cut off");
	for (const part of parts.slice(0, -1)) {
		const id = /^content-id:\s*(\d+)\s*$/im.exec(part)?.[1];
		const start = /^HTTP\/\d(?:\.\d)? (\d{3})\b/m.exec(part);
		if (start === null) throw new SyntaxError("a part without an answer");
		const status = Number(start[1]);
		// A part without an id is about the batch as a whole.
		answers.set(Number(id ?? -1), {
			status,
			...message(part.slice(start.index)),
		});
	}
	return answers;
}

function message(text: string): Pick<BatchAnswer, "headers" | "body"> {
	const end = /\r?\n\r?\n/.exec(text);
	const head = end === null ? text : text.slice(0, end.index);
	const [, ...lines] = head.split(/\r?\n/);
	const headers: Record<string, string> = {};
	for (const line of lines) {
		const colon = line.indexOf(":");
		if (colon > 0)
			headers[line.slice(0, colon).trim().toLowerCase()] = line
				.slice(colon + 1)
				.trim();
	}
	return {
		headers,
		body: end === null ? "" : text.slice(end.index + end[0].length),
	};
}
