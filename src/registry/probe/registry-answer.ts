import type { HttpResponse } from "../../store/http/exchange.ts";
import type { RegistryErrorCode } from "../registry-error.ts";
import { ProbeError } from "./probe-error.ts";

/** The codes of a registry's errors; `undefined` when the body is something else. Source: OCI distribution specification, "Error Codes". */
export function errorCodes({
	body,
}: Pick<HttpResponse, "body">): readonly string[] | undefined {
	const value = jsonIn(body);
	if (typeof value !== "object" || value === null || !("errors" in value))
		return undefined;
	const { errors } = value;
	if (!Array.isArray(errors)) return undefined;
	return errors.map((error: unknown) =>
		typeof error === "object" && error !== null && "code" in error
			? String(error.code)
			: "?",
	);
}

/** What a body says in JSON; `undefined` when it is something else. */
export function jsonIn(body: Uint8Array): unknown {
	try {
		return JSON.parse(Buffer.from(body).toString());
	} catch {
		// Not JSON: who asked says what should have been.
		return undefined;
	}
}

/** An answer that is not the one to expect, as an error. `what` completes "Cannot …". */
export function unexpected(
	answer: Pick<HttpResponse, "status" | "body">,
	what: string,
): ProbeError {
	const { status } = answer;
	const codes = errorCodes(answer) ?? [];
	const detail = codes.length === 0 ? "" : ` (${codes.join(", ")})`;
	return new ProbeError(
		meaning(status),
		what,
		`the registry answered ${status}${detail}`,
	);
}

function meaning(status: number): RegistryErrorCode {
	switch (status) {
		case 401:
		case 403:
			return "permission-denied";
		case 404:
			return "not-found";
		case 405:
			return "refused";
		default:
			return "failed";
	}
}
