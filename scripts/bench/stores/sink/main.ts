import {
	createServer,
	type IncomingMessage,
	type ServerResponse,
} from "node:http";
import { tellParent } from "../../child.ts";
import type { Sink } from "./answer.ts";
import { answerAzure } from "./azure.ts";
import { answerGcs } from "./gcs.ts";
import { answerS3 } from "./s3.ts";

const SINKS: Readonly<Record<string, Sink>> = {
	s3: answerS3,
	gs: answerGcs,
	az: answerAzure,
};

/** Answers the clients of one kind of store, at once, and tells the parent where. */
function serve([name = "", pages = ""]: readonly string[]): void {
	const sink = SINKS[name];
	if (sink === undefined) throw new Error(`there is no sink for ${name}`);
	const server = createServer((request, response) =>
		answer(sink, Number(pages), request, response),
	);
	server.listen(0, "127.0.0.1", () => {
		const address = server.address();
		if (typeof address !== "object" || address === null)
			throw new Error("the sink has no port");
		tellParent(`http://127.0.0.1:${address.port}`);
	});
}

function answer(
	sink: Sink,
	pages: number,
	request: IncomingMessage,
	response: ServerResponse,
): void {
	const { method = "", url = "" } = request;
	const { pathname, searchParams } = new URL(url, "http://127.0.0.1");
	// None of those that are looked at comes more than once.
	const headers = request.headers as Readonly<Record<string, string>>;
	const { status, body, ...answered } = sink(
		{
			method,
			path: decodeURIComponent(pathname),
			query: searchParams,
			headers,
		},
		pages,
	);
	// A connection on which a body was not read cannot be used again.
	request.resume();
	response.writeHead(status, {
		...answered.headers,
		"content-length": Buffer.byteLength(body),
	});
	response.end(method === "HEAD" ? "" : body);
}

serve(process.argv.slice(2));
