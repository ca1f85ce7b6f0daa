import type { HttpResponse } from "../../../src/store/http/exchange.ts";

/** What a registry shows on every answer. */
export const REGISTRY = { "docker-distribution-api-version": "registry/2.0" };

/** An answer, for decisions on answers. */
export function answer(
	status: number,
	headers: HttpResponse["headers"] = REGISTRY,
	body = "",
): HttpResponse {
	return { status, headers, body: Buffer.from(body) };
}

/** A registry's errors. */
export function errors(...codes: readonly string[]): string {
	return JSON.stringify({ errors: codes.map((code) => ({ code })) });
}
