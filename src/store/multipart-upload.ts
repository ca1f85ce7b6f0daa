import { hash } from "node:crypto";
import type { BegunUploads, ListedPart, OpenUpload } from "./begun-uploads.ts";
import { StoreError, type StoreErrorOptions } from "./errors.ts";
import type { Body, PutOptions } from "./object-store.ts";
import { type Part, sendParts } from "./parts.ts";
import { Postponement } from "./postponement.ts";
import { retrying } from "./retry.ts";
import { isSamePart } from "./same-part.ts";
import type { UploadPlan } from "./upload-log.ts";

/** Parts on their way at a time, for each upload: so many parts' bytes are held, and one more. */
const PARALLEL_PARTS = 4;

/** A part that has arrived. */
export interface UploadedPart {
	/** From 1. */
	readonly number: number;
	readonly etag: string;
	/** SHA-256 of the part, in base64. */
	readonly sha256: string;
}

/** What a server does with the parts of one object. */
export interface PartServer {
	/** Sends a part, with what retrying it needs; resolves to its ETag. `sha256` is its own, in hex. */
	send(
		uploadId: string,
		part: {
			readonly number: number;
			readonly bytes: Buffer;
			readonly sha256: string;
		},
		signal: AbortSignal,
	): Promise<string>;
	/** Makes the parts the object. Not to be cancelled: whether the object is there would be unknown. */
	complete(uploadId: string, parts: readonly UploadedPart[]): Promise<void>;
}

/** What an upload is made with. */
export interface UploadOptions {
	/** With the store's prefix. */
	readonly key: string;
	readonly plan: Omit<UploadPlan, "size" | "digest">;
	readonly begun: BegunUploads;
	readonly server: PartServer;
	readonly about: StoreErrorOptions;
}

/**
 * Puts a large body in parts. One sequential reader hashes the whole and feeds parallel parts; the upload is completed,
 * and the object becomes visible, only when size and digest are proven (I4). Parts that the server has of an earlier
 * attempt, also of a process that was killed, are not sent again where they are proven to hold what was read now. On any
 * failure the upload and its parts are given up; not when the put is only postponed.
 */
export async function putInParts(
	body: Body,
	put: PutOptions,
	options: UploadOptions,
): Promise<void> {
	const { key, begun, server, about } = options;
	const { digest, signal } = put;
	const plan = {
		...options.plan,
		size: body.size,
		digest: digest ? `${digest.algorithm}:${digest.hex}` : "",
	};
	for (;;) {
		const upload = await begun.open(key, plan, about, signal);
		try {
			const parts = await send(upload, body, put, options);
			signal?.throwIfAborted();
			await server.complete(upload.uploadId, parts);
			begun.done(upload.noted);
			return;
		} catch (error) {
			if (signal?.reason instanceof Postponement) begun.leave(upload.noted);
			else await begun.giveUp(upload.noted, about);
			// It can have gone since its parts were listed.
			if (!upload.isResumed || !isUnknownUpload(error, about)) throw error;
		}
	}
}

/** Whether the server said that it knows no such upload. */
export function isUnknownUpload(
	error: unknown,
	about: StoreErrorOptions,
): boolean {
	return (
		error instanceof StoreError &&
		error.code === "not-found" &&
		error.store === about.store
	);
}

/**
 * Sends what is missing; and when the source fails in a way that may pass, reads it again and sends what is missing
 * then. Resolves to the parts in their order.
 */
async function send(
	{ noted, uploadId, parts: before }: OpenUpload,
	body: Body,
	{ digest, signal }: PutOptions,
	{ server, about }: UploadOptions,
): Promise<readonly UploadedPart[]> {
	const arrived = new Map<number, ListedPart>(before);
	const parts: UploadedPart[] = [];
	const sendOne = async ({ index, bytes }: Part, cancelled: AbortSignal) => {
		const number = index + 1;
		const hex = hash("sha256", bytes, "hex");
		const sha256 = Buffer.from(hex, "hex").toString("base64");
		const known = arrived.get(number);
		if (known !== undefined && isSamePart(known, bytes, sha256)) {
			parts[index] = { number, etag: known.etag, sha256 };
			return;
		}
		arrived.delete(number);
		const part = { number, bytes, sha256: hex };
		const etag = await server.send(uploadId, part, cancelled);
		arrived.set(number, { size: bytes.length, etag, sha256 });
		parts[index] = { number, etag, sha256 };
	};
	const attempt = () =>
		sendParts(body, {
			partBytes: noted.partBytes,
			parallel: PARALLEL_PARTS,
			digest,
			about,
			signal,
			send: sendOne,
		});
	await retrying(attempt, signal);
	return parts;
}
