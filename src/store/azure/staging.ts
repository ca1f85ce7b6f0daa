import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { StoreError, type StoreErrorOptions } from "../errors.ts";
import type { HttpResponse } from "../http/exchange.ts";
import type { PutOptions } from "../object-store.ts";
import { serviceCode } from "./errors.ts";
import { conditionHeaders, etagFrom } from "./headers.ts";
import { STAGING } from "./names.ts";
import type { Plane } from "./plane.ts";

/** How long (ms) is waited before the service is asked again whether a copy is done. */
const COPY_POLL_MS = 250;

/**
 * A place for blobs that cannot be written where they belong in one step. They are made under names that no listing
 * shows, and copied from there by the service.
 */
export class Staging {
	readonly #plane: Plane;
	readonly #prefix: string;

	constructor(plane: Plane, namePrefix: string) {
		this.#plane = plane;
		this.#prefix = namePrefix + STAGING;
	}

	newName(): string {
		return this.#prefix + randomUUID();
	}

	/** Copies a blob; the answer is 409 when a blob of another type is there. */
	async copy(
		from: string,
		to: string,
		only: PutOptions["only"],
		about: StoreErrorOptions,
		signal: AbortSignal | undefined,
	): Promise<HttpResponse> {
		const headers = {
			"x-ms-copy-source": this.#plane.sourceUrl(from),
			...conditionHeaders(only),
		};
		let response = await this.#plane.request(
			{ method: "PUT", name: to, headers, signal },
			about,
			[409],
		);
		while (response.headers["x-ms-copy-status"] === "pending") {
			await sleep(COPY_POLL_MS, undefined, { signal });
			response = await this.#plane.request(
				{ method: "HEAD", name: to, signal },
				about,
			);
		}
		const status = response.headers["x-ms-copy-status"];
		if (status === "success" || response.status === 409) return response;
		const reason = "the service could not copy it to its place";
		throw new StoreError("unavailable", reason, about);
	}
}

/** Whether a write was refused because the blob that is there is of another type. */
export function isOfAnotherType({
	status,
	headers,
	body,
}: HttpResponse): boolean {
	return (
		status === 409 &&
		serviceCode(headers, body.toString()) === "InvalidBlobType"
	);
}

/**
 * Deletes a blob of another type than the new one, which the service cannot replace in one step: for the time of a
 * request or two, there is neither the old object nor the new one. Registries do the same. Not to be cancelled, so that
 * it is no longer.
 */
export async function makeRoom(
	plane: Plane,
	name: string,
	only: PutOptions["only"],
	about: StoreErrorOptions,
): Promise<void> {
	const head = await plane.request({ method: "HEAD", name }, about, [404]);
	if (head.status === 404) return;
	const version = etagFrom(head.headers);
	if (only === "absent" || (only !== undefined && only.version !== version)) {
		const reason = "it exists, or is no longer what it was";
		throw new StoreError("precondition-failed", reason, about);
	}
	const headers = conditionHeaders({ version });
	const { status } = await plane.request(
		{ method: "DELETE", name, headers },
		about,
		[404, 412],
	);
	if (status === 412) {
		const reason = "somebody else writes it at the same time";
		throw new StoreError("unavailable", reason, about);
	}
}

/** The condition of the write that follows `makeRoom`. */
export function onceThereIsRoom(only: PutOptions["only"]): PutOptions["only"] {
	return only === undefined ? undefined : "absent";
}
