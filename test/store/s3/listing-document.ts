import fc from "fast-check";
import { XMLParser } from "fast-xml-parser";
import { oddText } from "../odd-text.ts";

/** What a server says of an object. */
interface Listed {
	readonly key: string;
	readonly size: number;
	readonly etag: string;
	readonly lastModified: Date;
	/** Elements that the parser has no use for. */
	readonly others: readonly string[];
}

/** A ListObjectsV2 response before it is written down. */
export interface ListingDocument {
	readonly objects: readonly Listed[];
	readonly token: string | undefined;
	readonly isUrlEncoded: boolean;
	/** Between elements. */
	readonly space: string;
	readonly attributes: string;
	readonly others: readonly string[];
	/** Shuffles elements; as many numbers as are needed are taken round and round. */
	readonly order: readonly number[];
}

/** Characters that XML 1.0 can hold. */
const xmlText = oddText.map((text) =>
	text.replaceAll(
		/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu,
		"-",
	),
);

const key = fc.oneof(
	xmlText.filter((text) => text !== ""),
	fc.constantFrom(
		"</Contents>",
		"<Key>other</Key>",
		"<IsTruncated>true</IsTruncated>",
		"]]>",
		"<![CDATA[x]]>",
		"&lt;",
		"&amp;amp;",
		"docker/registry/v2/blobs/sha256/ab/abcd/data",
	),
);

const etag = fc.oneof(
	fc.stringMatching(/^[0-9a-f]{32}$/),
	fc.stringMatching(/^[0-9a-f]{32}-[1-9]\d{0,3}$/),
	fc.stringMatching(/^[A-Za-z0-9/=+-]{1,40}$/),
);

const objectOthers = fc.subarray([
	"<StorageClass>STANDARD</StorageClass>",
	'<Owner xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>1</ID><DisplayName>a &lt;Key&gt; b</DisplayName></Owner>',
	"<ChecksumAlgorithm>SHA256</ChecksumAlgorithm>",
	"<ChecksumType>COMPOSITE</ChecksumType>",
	"<RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress></RestoreStatus>",
	"<UserMetadata/>",
]);

const listed: fc.Arbitrary<Listed> = fc.record({
	key,
	size: fc.oneof(fc.constantFrom(0, 71, 5 * 2 ** 40), fc.maxSafeNat()),
	etag,
	lastModified: fc.date({
		min: new Date("1970-01-01T00:00:00Z"),
		max: new Date("2100-01-01T00:00:00Z"),
		noInvalidDate: true,
	}),
	others: objectOthers,
});

export const listingDocument: fc.Arbitrary<ListingDocument> = fc.record({
	objects: fc.array(listed, { maxLength: 6 }),
	token: fc.option(
		xmlText.filter((text) => text !== ""),
		{ nil: undefined },
	),
	isUrlEncoded: fc.boolean(),
	space: fc.constantFrom("", "\n", "\r\n  ", "\n\t"),
	attributes: fc.constantFrom(
		"",
		' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"',
		" xmlns='http://s3.amazonaws.com/doc/2006-03-01/' a=\"b\"",
	),
	others: fc.subarray([
		"<Name>bucket</Name>",
		"<Prefix>docker/</Prefix>",
		"<Prefix/>",
		"<KeyCount>3</KeyCount>",
		"<MaxKeys>1000</MaxKeys>",
		"<Delimiter></Delimiter>",
		"<StartAfter>a&amp;b</StartAfter>",
		"<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>",
	]),
	order: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
		minLength: 1,
		maxLength: 12,
	}),
});

function escaped(text: string): string {
	return text
		.replaceAll("&", "&amp;")
		.replaceAll("<", "&lt;")
		.replaceAll(">", "&gt;")
		.replaceAll('"', "&quot;")
		.replaceAll("'", "&#39;")
		.replaceAll("\r", "&#xD;");
}

/** As S3 encodes keys: like a form, but with the slashes kept. */
function urlEncoded(text: string): string {
	return new URLSearchParams({ "": text })
		.toString()
		.slice(1)
		.replaceAll("%2F", "/");
}

/** The document as a server sends it. */
export function format(document: ListingDocument): string {
	const { isUrlEncoded, space, token } = document;
	let drawn = 0;
	const shuffled = (elements: readonly string[]) =>
		elements
			.map((element) => {
				const order = document.order[drawn++ % document.order.length];
				return { element, order: order ?? 0 };
			})
			.sort((left, right) => left.order - right.order)
			.map(({ element }) => space + element)
			.join("");
	const contents = document.objects.map(
		({ key, size, etag, lastModified, others }) =>
			`<Contents>${shuffled([
				`<Key>${escaped(isUrlEncoded ? urlEncoded(key) : key)}</Key>`,
				`<Size>${size}</Size>`,
				`<ETag>&quot;${etag}&quot;</ETag>`,
				`<LastModified>${lastModified.toISOString()}</LastModified>`,
				...others,
			])}${space}</Contents>`,
	);
	// One element, so that the objects keep their order.
	const body = shuffled([
		contents.map((element) => space + element).join(""),
		`<IsTruncated>${token !== undefined}</IsTruncated>`,
		...(token === undefined
			? []
			: [`<NextContinuationToken>${escaped(token)}</NextContinuationToken>`]),
		...(isUrlEncoded ? ["<EncodingType>url</EncodingType>"] : []),
		...document.others,
	]);
	return `<?xml version="1.0" encoding="UTF-8"?>${space}<ListBucketResult${document.attributes}>${body}${space}</ListBucketResult>`;
}

/** What a general XML parser reads from it. */
export function readGenerally(xml: string) {
	const parser = new XMLParser({
		ignoreAttributes: true,
		parseTagValue: false,
		trimValues: false,
		processEntities: true,
		htmlEntities: true,
		isArray: (name) => name === "Contents",
	});
	const { ListBucketResult: root } = parser.parse(xml);
	const isUrlEncoded = root.EncodingType === "url";
	const contents: readonly Record<string, string>[] = root.Contents ?? [];
	return {
		keys: contents.map(({ Key = "" }) =>
			isUrlEncoded ? decodeURIComponent(Key.replaceAll("+", " ")) : Key,
		),
		sizes: contents.map(({ Size }) => Number(Size)),
		etags: contents.map(({ ETag = "" }) => ETag.replaceAll('"', "")),
		dates: contents.map(({ LastModified = "" }) => Date.parse(LastModified)),
		token: root.IsTruncated === "true" ? root.NextContinuationToken : undefined,
	};
}
