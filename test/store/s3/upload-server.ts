import type { ServerResponse } from "node:http";
import type { Arrived } from "../http/http-server.ts";
import { give, refuse } from "./scripted-s3.ts";

/** What may go wrong: true when the script has answered, or broken the connection, itself. */
export type UploadFaults = (
	step: UploadStep,
	request: Arrived,
	response: ServerResponse,
	server: UploadServer,
) => boolean;

export type UploadStep = "create" | "part" | "complete" | "abort" | "head";

/** One multipart upload as a server sees it: MinIO, which forgets an upload once it is completed. */
export class UploadServer {
	readonly parts = new Map<number, Buffer>();
	/** The part numbers that the completion named, and their checksums, in its order. */
	completed: readonly string[] | undefined;
	checksum: string | undefined;
	readonly steps: UploadStep[] = [];
	readonly #faults: UploadFaults;

	constructor(faults: UploadFaults = () => false) {
		this.#faults = faults;
	}

	get content(): Buffer {
		const inOrder = [...this.parts].sort(([left], [right]) => left - right);
		return Buffer.concat(inOrder.map(([, bytes]) => bytes));
	}

	readonly handle = (request: Arrived, response: ServerResponse): void => {
		const step = stepOf(request);
		this.steps.push(step);
		if (step === "complete" && this.completed === undefined)
			this.#complete(request);
		else if (step === "complete") {
			refuse(response, 404, "NoSuchUpload");
			return;
		}
		if (this.#faults(step, request, response, this)) return;
		this.#answer(step, request, response);
	};

	/** Takes effect before any fault: it is the answer that is lost. */
	#complete({ body }: Arrived): void {
		const xml = body.toString();
		this.completed = [...xml.matchAll(/<PartNumber>(\d+)</g)].map(
			([, number]) => number ?? "",
		);
	}

	#answer(step: UploadStep, request: Arrived, response: ServerResponse): void {
		switch (step) {
			case "create":
				response.end(
					"<InitiateMultipartUploadResult><UploadId>u/1+2</UploadId></InitiateMultipartUploadResult>",
				);
				break;
			case "part": {
				const number = Number(request.query.get("partNumber"));
				this.parts.set(number, request.body);
				response.writeHead(200, { etag: `"part-${number}"` }).end();
				break;
			}
			case "complete":
				response.end(
					"<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>",
				);
				break;
			case "abort":
				response.writeHead(204).end();
				break;
			case "head":
				give(response, this.content, {
					...(this.checksum === undefined
						? {}
						: { "x-amz-checksum-sha256": this.checksum }),
				});
				break;
			default:
				step satisfies never;
		}
	}
}

function stepOf({ method, query }: Arrived): UploadStep {
	if (method === "HEAD") return "head";
	if (method === "PUT") return "part";
	if (method === "DELETE") return "abort";
	return query.has("uploads") ? "create" : "complete";
}
