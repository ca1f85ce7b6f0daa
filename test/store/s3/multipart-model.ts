import { hash, randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Arrived } from "../http/http-server.ts";
import { give, refuse } from "./scripted-s3.ts";

/** What a server tells of the parts that it has. */
export type Telling = "sha256" | "md5" | "neither";

/** What a request is, by the name of its effect. */
export type Step =
	| "create"
	| "part"
	| "parts"
	| "uploads"
	| "complete"
	| "abort"
	| "head"
	| "list";

interface HeldPart {
	readonly bytes: Buffer;
	readonly etag: string;
}

interface HeldUpload {
	readonly key: string;
	readonly initiated: Date;
	readonly parts: Map<number, HeldPart>;
}

/** Pages are short, so that there is more than one. */
const PARTS_PER_PAGE = 2;

/**
 * Multipart uploads as a server keeps them, over the lives of several clients. `interrupt` is asked before a request
 * takes effect, and after it; once it has said true, the client counts as killed: nothing that it asks has an effect.
 */
export class MultipartModel {
	readonly uploads = new Map<string, HeldUpload>();
	readonly objects = new Map<string, Buffer>();
	/** The numbers of the parts that were sent, in order, and of those that the client was told had arrived. */
	readonly sent: number[] = [];
	readonly steps: Step[] = [];
	readonly #telling: Telling;
	interrupt: (step: Step, when: "before" | "after") => boolean = () => false;
	/** The answer to this step is lost, once. */
	loses: Step | undefined;
	#isKilled = false;

	constructor(telling: Telling = "sha256") {
		this.#telling = telling;
	}

	/** Another client takes over. */
	revive(): void {
		this.#isKilled = false;
		this.interrupt = () => false;
		this.sent.length = 0;
		this.steps.length = 0;
	}

	kill(): void {
		this.#isKilled = true;
	}

	/** An upload that somebody else has begun. */
	begin(key: string): string {
		const id = randomUUID();
		this.uploads.set(id, { key, initiated: new Date(), parts: new Map() });
		return id;
	}

	readonly handle = (request: Arrived, response: ServerResponse): void => {
		const step = stepOf(request);
		if (!this.#isKilled && this.interrupt(step, "before")) this.kill();
		if (this.#isKilled) {
			refuse(response, 403, "AccessDenied");
			return;
		}
		this.steps.push(step);
		const answer = this.#take(step, request);
		if (this.interrupt(step, "after")) this.kill();
		if (this.#isKilled) refuse(response, 403, "AccessDenied");
		else if (this.loses === step) {
			this.loses = undefined;
			response.socket?.destroy();
		} else answer(response);
	};

	/** Does what is asked, and returns how to answer. */
	#take(step: Step, request: Arrived): (response: ServerResponse) => void {
		const key = decodeURIComponent(request.path).replace(/^\/reg\//, "");
		const id = request.query.get("uploadId") ?? "";
		const upload = this.uploads.get(id);
		switch (step) {
			case "create": {
				const begun = this.begin(key);
				return xml(
					`<InitiateMultipartUploadResult><UploadId>${begun}</UploadId></InitiateMultipartUploadResult>`,
				);
			}
			case "uploads":
				return xml(this.#listUploads(request.query.get("prefix") ?? ""));
			case "head": {
				const object = this.objects.get(key);
				return object === undefined
					? (response) => response.writeHead(404).end()
					: (response) => give(response, object);
			}
			case "list":
				return xml(
					"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>",
				);
			case "part":
			case "parts":
			case "complete":
			case "abort":
				break;
			default:
				step satisfies never;
		}
		if (upload === undefined || upload.key !== key)
			return (response) => refuse(response, 404, "NoSuchUpload");
		switch (step) {
			case "part":
				return this.#put(upload, request);
			case "parts":
				return xml(this.#listParts(upload, request));
			case "complete":
				return this.#complete(id, upload, request);
			default:
				this.uploads.delete(id);
				return (response) => response.writeHead(204).end();
		}
	}

	#put(
		upload: HeldUpload,
		{ query, body }: Arrived,
	): (response: ServerResponse) => void {
		const number = Number(query.get("partNumber"));
		const etag =
			this.#telling === "neither" ? randomUUID() : hash("md5", body, "hex");
		this.sent.push(number);
		upload.parts.set(number, { bytes: body, etag });
		return (response) => response.writeHead(200, { etag: `"${etag}"` }).end();
	}

	#complete(
		id: string,
		upload: HeldUpload,
		{ body }: Arrived,
	): (response: ServerResponse) => void {
		const named = [...body.toString().matchAll(/<Part>(.*?)<\/Part>/gs)].map(
			([, part = ""]) => ({
				number: Number(/<PartNumber>(\d+)</.exec(part)?.[1]),
				etag: /<ETag>(?:&quot;)?(.*?)(?:&quot;)?</.exec(part)?.[1],
			}),
		);
		const parts = named.map(({ number, etag }) => {
			const part = upload.parts.get(number);
			return part?.etag === etag ? part : undefined;
		});
		if (parts.includes(undefined))
			return (response) => refuse(response, 400, "InvalidPart");
		const bytes = parts.map((part) => part?.bytes ?? Buffer.alloc(0));
		this.objects.set(upload.key, Buffer.concat(bytes));
		this.uploads.delete(id);
		return xml(
			"<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>",
		);
	}

	#listParts({ parts }: HeldUpload, { query }: Arrived): string {
		const after = Number(query.get("part-number-marker") ?? 0);
		const rest = [...parts]
			.filter(([number]) => number > after)
			.sort(([left], [right]) => left - right);
		const page = rest.slice(0, PARTS_PER_PAGE);
		const listed = page.map(([number, { bytes, etag }]) => {
			const sha256 = hash("sha256", bytes, "base64");
			const checksum =
				this.#telling === "sha256"
					? `<ChecksumSHA256>${sha256}</ChecksumSHA256>`
					: "";
			return `<Part><PartNumber>${number}</PartNumber><ETag>&quot;${etag}&quot;</ETag><Size>${bytes.length}</Size>${checksum}</Part>`;
		});
		const isTruncated = rest.length > page.length;
		return `<ListPartsResult><IsTruncated>${isTruncated}</IsTruncated><NextPartNumberMarker>${page.at(-1)?.[0] ?? 0}</NextPartNumberMarker>${listed.join("")}</ListPartsResult>`;
	}

	#listUploads(prefix: string): string {
		const listed = [...this.uploads]
			.filter(([, { key }]) => key.startsWith(prefix))
			.map(
				([id, { key, initiated }]) =>
					`<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${initiated.toISOString()}</Initiated></Upload>`,
			);
		return `<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>${listed.join("")}</ListMultipartUploadsResult>`;
	}
}

function xml(text: string): (response: ServerResponse) => void {
	return (response) => response.end(text);
}

function stepOf({ method, query }: Arrived): Step {
	if (method === "HEAD") return "head";
	if (method === "PUT") return "part";
	if (method === "DELETE") return "abort";
	if (method === "POST") return query.has("uploads") ? "create" : "complete";
	if (query.has("uploads")) return "uploads";
	return query.has("uploadId") ? "parts" : "list";
}
