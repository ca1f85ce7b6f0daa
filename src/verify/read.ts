import { createHash } from "node:crypto";
import { MAX_LINK_BYTES, parseDigest } from "../layout/digest.ts";
import { StoreError } from "../store/errors.ts";
import { keyProblem } from "../store/key.ts";
import { md5Sum } from "../store/md5.ts";
import type { ObjectMeta, ObjectReader } from "../store/object-store.ts";
import type { Found, Side } from "./finding.ts";
import type { VerifiedSide } from "./verification.ts";

/** Something on one side that could not be looked at. */
export class LookError extends Error {
	override readonly name = "LookError";
	override readonly cause: StoreError;
	readonly side: Side;

	constructor(side: Side, cause: StoreError) {
		super(cause.message, { cause });
		this.cause = cause;
		this.side = side;
	}
}

/** What a link holds. */
export interface LinkContent {
	readonly meta: ObjectMeta;
	/** `sound`: exactly a digest. */
	readonly state: "sound" | "empty" | "malformed";
	/** `undefined` when there are more than a link can have. */
	readonly bytes: Uint8Array | undefined;
}

/** How often a body is opened that breaks off; stores themselves try again until it is open. */
const ATTEMPTS = 3;

/** The object as it is now; `undefined` when there is none. */
export async function headObject(
	{ side, store }: VerifiedSide,
	key: string,
	signal: AbortSignal,
): Promise<ObjectMeta | undefined> {
	try {
		return await store.head(key, { signal });
	} catch (error) {
		// What this store cannot name, it does not hold; the other one can.
		if (
			error instanceof StoreError &&
			error.code === "unsupported" &&
			keyProblem(key) !== undefined
		)
			return undefined;
		throw asLookError(side, error, signal);
	}
}

/** Reads a link. */
export async function readLink(
	from: VerifiedSide,
	key: string,
	signal: AbortSignal,
): Promise<LinkContent> {
	return await read(from, key, signal, async (reader) => {
		const { meta } = reader;
		if (meta.size > MAX_LINK_BYTES)
			return { meta, state: "malformed", bytes: undefined };
		const bytes = await reader.bytes(MAX_LINK_BYTES);
		return { meta, state: stateOf(bytes), bytes };
	});
}

/** The hash of an object's content, in lower-case hex. */
export async function hashObject(
	from: VerifiedSide,
	key: string,
	algorithm: string,
	signal: AbortSignal,
): Promise<string> {
	return await read(from, key, signal, async (reader) => {
		const content = createHash(algorithm);
		for await (const chunk of reader.stream()) content.update(chunk);
		return content.digest("hex");
	});
}

/** Whether the link's content has this MD5, as far as that can be computed. */
export function hasMd5(link: LinkContent, md5: string | undefined): boolean {
	return (
		md5 !== undefined &&
		link.bytes !== undefined &&
		md5Sum(link.bytes)?.toString("hex") === md5
	);
}

/** What there is, as a finding says it. */
export function foundOf(meta: ObjectMeta, digest?: string): Found {
	const { size, lastModified } = meta;
	return digest === undefined
		? { size, lastModified }
		: { size, lastModified, digest };
}

/** What a link is, as a finding says it. */
export function foundLink({ meta, bytes }: LinkContent): Found {
	const found = foundOf(meta);
	return bytes === undefined
		? found
		: { ...found, content: Buffer.from(bytes).toString() };
}

function stateOf(bytes: Uint8Array): LinkContent["state"] {
	if (bytes.length === 0) return "empty";
	// A digest is ASCII: bytes beyond it become characters that no digest has.
	return parseDigest(Buffer.from(bytes).toString("latin1")) === undefined
		? "malformed"
		: "sound";
}

async function read<T>(
	{ side, store }: VerifiedSide,
	key: string,
	signal: AbortSignal,
	use: (reader: ObjectReader) => Promise<T>,
): Promise<T> {
	try {
		for (let attempt = 1; ; attempt++) {
			await using reader = await store.get(key, { signal });
			try {
				return await use(reader);
			} catch (error) {
				if (!mayPass(error) || attempt === ATTEMPTS) throw error;
			}
		}
	} catch (error) {
		throw asLookError(side, error, signal);
	}
}

/** Whether a body that broke off may come whole the next time; `incomplete`: it was being written. */
function mayPass(error: unknown): boolean {
	return (
		error instanceof StoreError &&
		(error.retryable || error.code === "incomplete")
	);
}

/** A store's error with its side; a cancellation becomes the signal's reason, and anything else is passed on. */
function asLookError(side: Side, error: unknown, signal: AbortSignal): unknown {
	if (signal.aborted) return signal.reason;
	return error instanceof StoreError ? new LookError(side, error) : error;
}
