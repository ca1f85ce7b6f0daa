import { hash } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Arrived } from "../http/http-server.ts";
import { refuse } from "./scripted-azure.ts";

/** What may go wrong: true when the script has answered, or broken the connection, itself. */
export type BlockFaults = (
	step: BlockStep,
	request: Arrived,
	response: ServerResponse,
	server: BlockServer,
) => boolean;

export type BlockStep = "list" | "block" | "commit";

/** One blob as the service sees it: blocks that are nobody's yet, and the blob that some of them have become. */
export class BlockServer {
	readonly uncommitted = new Map<string, Buffer>();
	committed: Map<string, Buffer> | undefined;
	/** The headers of the block list that made it. */
	headers: Arrived["headers"] = {};
	readonly steps: BlockStep[] = [];
	readonly #faults: BlockFaults;

	constructor(faults: BlockFaults = () => false) {
		this.#faults = faults;
	}

	get content(): Buffer | undefined {
		return this.committed && Buffer.concat([...this.committed.values()]);
	}

	readonly handle = (request: Arrived, response: ServerResponse): void => {
		const step = stepOf(request);
		this.steps.push(step);
		if (this.#faults(step, request, response, this)) return;
		this.answer(step, request, response);
	};

	answer(step: BlockStep, request: Arrived, response: ServerResponse): void {
		const { query, body, headers } = request;
		if (step === "list") this.#list(response);
		else if (headers["content-md5"] !== hash("md5", body, "base64"))
			refuse(response, 400, "Md5Mismatch");
		else if (step === "block") {
			this.uncommitted.set(query.get("blockid") ?? "", body);
			response.writeHead(201).end();
		} else if (this.commit(request))
			response.writeHead(201, { etag: '"0x8D1"' }).end();
		else refuse(response, 400, "InvalidBlockList");
	}

	/** Takes "Latest" as the service does: from those that are nobody's yet, else from the blob. */
	commit({ body, headers }: Arrived): boolean {
		const made = new Map<string, Buffer>();
		for (const [, id = ""] of body.toString().matchAll(/<Latest>(.+?)</g)) {
			const block = this.uncommitted.get(id) ?? this.committed?.get(id);
			if (block === undefined) return false;
			made.set(id, block);
		}
		this.committed = made;
		this.uncommitted.clear();
		this.headers = headers;
		return true;
	}

	#list(response: ServerResponse): void {
		if (this.uncommitted.size === 0 && this.committed === undefined) {
			refuse(response, 404, "BlobNotFound");
			return;
		}
		const blocks = [...this.uncommitted].map(
			([id, { length }]) =>
				`<Block><Name>${id}</Name><Size>${length}</Size></Block>`,
		);
		response.end(
			`\uFEFF<?xml version="1.0" encoding="utf-8"?><BlockList><UncommittedBlocks>${blocks.join("")}</UncommittedBlocks></BlockList>`,
		);
	}
}

function stepOf({ method, query }: Arrived): BlockStep {
	if (method === "GET") return "list";
	return query.get("comp") === "block" ? "block" : "commit";
}
