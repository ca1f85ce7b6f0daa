import type { ListedPart, ListedUpload } from "../begun-uploads.ts";
import { element } from "../http/xml.ts";
import type { UploadedPart } from "../multipart-upload.ts";

/** A page of the parts of an upload. */
export interface PartsPage {
	readonly parts: ReadonlyMap<number, ListedPart>;
	/** The part number after which the next page begins; `undefined` on the last. */
	readonly next: number | undefined;
}

/** The id in the answer to the start of an upload. Throws a `SyntaxError` on anything else. */
export function parseBegun(xml: string): string {
	inside(xml, "InitiateMultipartUploadResult");
	const id = element(xml, "UploadId", 0, xml.length);
	if (id === undefined || id === "") throw new SyntaxError("no UploadId");
	return id;
}

/** Reads a list of parts. Throws a `SyntaxError` on anything else. */
export function parseParts(xml: string): PartsPage {
	inside(xml, "ListPartsResult");
	const parts = new Map<number, ListedPart>();
	for (const [start, end] of elements(xml, "Part")) {
		const number = Number(element(xml, "PartNumber", start, end));
		const size = Number(element(xml, "Size", start, end));
		if (!Number.isSafeInteger(number) || !Number.isSafeInteger(size))
			throw new SyntaxError("a part without a number and a size");
		const etag = element(xml, "ETag", start, end) ?? "";
		parts.set(number, { size, etag: bare(etag), sha256: undefined });
	}
	const isTruncated = element(xml, "IsTruncated", 0, xml.length) === "true";
	const next = element(xml, "NextPartNumberMarker", 0, xml.length);
	return { parts, next: isTruncated ? Number(next ?? 0) : undefined };
}

/** The uploads of one name in a list of uploads. Throws a `SyntaxError` on anything else. */
export function parseUploads(
	xml: string,
	name: string,
): readonly ListedUpload[] {
	inside(xml, "ListMultipartUploadsResult");
	const uploads: ListedUpload[] = [];
	for (const [start, end] of elements(xml, "Upload")) {
		const uploadId = element(xml, "UploadId", start, end);
		if (uploadId === undefined || element(xml, "Key", start, end) !== name)
			continue;
		const initiated = Date.parse(element(xml, "Initiated", start, end) ?? "");
		uploads.push({
			uploadId,
			initiated: Number.isNaN(initiated) ? undefined : initiated,
		});
	}
	return uploads;
}

/** The body of the request that makes parts an object. */
export function formatCompletion(parts: readonly UploadedPart[]): Buffer {
	const listed = parts.map(
		({ number, etag }) =>
			`<Part><PartNumber>${number}</PartNumber><ETag>&quot;${etag}&quot;</ETag></Part>`,
	);
	return Buffer.from(
		`<CompleteMultipartUpload>${listed.join("")}</CompleteMultipartUpload>`,
	);
}

/** An ETag without its quotation marks, which it has in some places and lacks in others. */
export function bare(etag: string): string {
	return etag.replaceAll('"', "");
}

function inside(xml: string, name: string): void {
	if (!new RegExp(`<${name}[\\s>]`).test(xml) || !xml.includes(`</${name}>`))
		throw new SyntaxError(`no ${name}`);
}

/** Where each element of a name begins and ends. */
function* elements(
	xml: string,
	name: string,
): Generator<readonly [start: number, end: number]> {
	for (
		let start = xml.indexOf(`<${name}>`);
		start !== -1;
		start = xml.indexOf(`<${name}>`, start + 1)
	) {
		const end = xml.indexOf(`</${name}>`, start);
		if (end === -1) throw new SyntaxError(`an unfinished ${name} element`);
		yield [start, end];
	}
}
