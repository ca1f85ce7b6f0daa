import type { HttpResponse } from "../../store/http/exchange.ts";
import { errorCodes } from "./registry-answer.ts";
import { isRegistrys } from "./registry-version.ts";

/** Whether a registry takes writes. `unknown` is never read-only (I6). */
export interface WriteState {
	readonly state: "read-only" | "writable" | "unknown";
	/** What it was told by: a clause, without a secret. */
	readonly because: string;
	/** Sentences: what there is to do where it is unknown. */
	readonly suggestions: readonly string[];
}

/** The methods of a manifest's path that a registry in read-only mode has. */
const READING = "GET, HEAD";

/**
 * What the answer to `OPTIONS /v2/NAME/manifests/REFERENCE` tells; `undefined`: nothing, as when somebody on the way
 * answers such requests himself. The first row that fits:
 *
 * | status    | of a registry | Allow                         | state     |
 * | --------- | ------------- | ----------------------------- | --------- |
 * | 200, 204  | yes           | GET, HEAD and nothing else    | read-only |
 * | 200, 204  | yes           | PUT and GET among others      | writable  |
 * | any other                                                 ||| -         |
 *
 * In read-only mode a registry does not have the handlers that write, and `Allow` names those that it has.
 * Source: registry/handlers/manifests.go, gorilla/handlers MethodHandler.
 */
export function judgeOptions(answer: HttpResponse): WriteState | undefined {
	const isAnswer = answer.status === 200 || answer.status === 204;
	if (!isAnswer || !isRegistrys(answer.headers)) return undefined;
	const methods = allowed(answer);
	if (methods.join(", ") === READING)
		return told("read-only", `it allows manifests only ${READING}`);
	return methods.includes("PUT") && methods.includes("GET")
		? told("writable", `it allows manifests ${methods.join(", ")}`)
		: undefined;
}

/**
 * What the answer to `PUT /v2/NAME/manifests/REFERENCE` with the body `{}` tells, which no registry stores. The first
 * row that fits:
 *
 * | status   | of a registry | Allow     | body                    | state                          |
 * | -------- | ------------- | --------- | ----------------------- | ------------------------------ |
 * | 405      | yes           | GET, HEAD | `Method not allowed`    | read-only                      |
 * | 400      | yes           |           | errors in JSON          | writable: it was looked at     |
 * | 201, 202 | yes           |           |                         | writable: it was taken         |
 * | 405      | yes           |           | errors in JSON          | unknown: something is disabled |
 * | 401, 403 |               |           |                         | unknown                        |
 * | 3xx      |               |           |                         | unknown                        |
 * | 429, 5xx |               |           |                         | unknown                        |
 * | any      | no            |           |                         | unknown                        |
 * | any other                                                  |||| unknown                        |
 */
export function judgePut(answer: HttpResponse): WriteState {
	const { status } = answer;
	const codes = errorCodes(answer);
	const isOurs = isRegistrys(answer.headers);
	if (isOurs && status === 405 && isReadOnly405(answer))
		return told("read-only", `it allows manifests only ${READING}`);
	if (isOurs && status === 400 && codes !== undefined)
		return told("writable", `it looked at a manifest (${codes.join(", ")})`);
	if (isOurs && (status === 201 || status === 202))
		return told("writable", "it took a manifest");
	return unknown(whyUnknown(answer, isOurs, codes), adviceFor(status));
}

function isReadOnly405(answer: HttpResponse): boolean {
	return (
		allowed(answer).join(", ") === READING &&
		answer.body.toString().trim().toLowerCase() === "method not allowed"
	);
}

function whyUnknown(
	{ status, headers }: HttpResponse,
	isOurs: boolean,
	codes: readonly string[] | undefined,
): string {
	if (status === 401 || status === 403)
		return `it does not let us write, in whatever state it is (${status})`;
	if (status >= 300 && status < 400) return `it sends us elsewhere (${status})`;
	if (status === 429 || status >= 500) return `it is in trouble (${status})`;
	if (!isOurs) {
		const page = /^text\/html\b/i.test(String(headers["content-type"] ?? ""));
		return `what answers is no registry (${status}${page ? ", a web page" : ""})`;
	}
	if (status === 405 && codes !== undefined)
		return `it does not do this at all, as a registry that only mirrors another (${codes.join(", ")})`;
	return `its answer tells nothing (${[status, ...(codes ?? [])].join(", ")})`;
}

function adviceFor(status: number): readonly string[] {
	if (status === 401 || status === 403)
		return ["Give credentials that may push to a repository that exists."];
	if (status === 429 || status >= 500)
		return ["Look into the registry's log, and try again."];
	return ["Give the URL of the node itself, not of what is in front of it."];
}

/** A clause for what could not be told. */
export function unknown(
	because: string,
	suggestions: readonly string[] = [],
): WriteState {
	return { state: "unknown", because, suggestions };
}

function told(state: "read-only" | "writable", because: string): WriteState {
	return { state, because, suggestions: [] };
}

function allowed({ headers }: HttpResponse): readonly string[] {
	const value = headers.allow ?? [];
	const methods = [value].flat().flatMap((line) => line.split(","));
	return [...new Set(methods.map((one) => one.trim().toUpperCase()))]
		.filter((one) => one !== "")
		.sort();
}
