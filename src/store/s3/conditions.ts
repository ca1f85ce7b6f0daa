import { randomUUID } from "node:crypto";
import { StoreError, type StoreErrorOptions } from "../errors.ts";
import type { Capabilities, PutOptions } from "../object-store.ts";
import { etagFrom } from "./headers.ts";
import type { Plane } from "./plane.ts";

/** What is needed to try what a server does. */
interface Bucket {
	readonly plane: Plane;
	readonly prefix: string;
	/** Those that every put has. */
	readonly headers: Readonly<Record<string, string>>;
}

/** What a server makes of conditions. */
interface Honoured {
	readonly absent: boolean;
	/** How an ETag is written that it recognises; `undefined` where it recognises none. */
	readonly spell: ((version: string) => string) | undefined;
}

/** With quotation marks, as HTTP has it; without, as Ceph 16 compares it. */
const SPELLINGS = [
	(version: string) => `"${version}"`,
	(version: string) => version,
];

/**
 * The conditions of puts. Some servers store whatever the condition, and some refuse whatever the version: which one
 * this is, is tried with an object of our own before the first put on a condition. Until then they are taken to be
 * honoured, and `can` says so.
 */
export class Conditions {
	readonly #bucket: Bucket;
	#trial: Promise<Honoured> | undefined;
	#found: Honoured | undefined;

	constructor(bucket: Bucket) {
		this.#bucket = bucket;
	}

	get can(): Pick<Capabilities, "putIfAbsent" | "putIfVersion"> {
		const found = () => this.#found;
		return {
			get putIfAbsent() {
				return found()?.absent ?? true;
			},
			get putIfVersion() {
				const honoured = found();
				return honoured === undefined || honoured.spell !== undefined;
			},
		};
	}

	/** The headers of a put on a condition; rejects with `unsupported` when the server does not honour it. */
	async headers(
		only: PutOptions["only"],
		about: StoreErrorOptions,
		signal: AbortSignal | undefined,
	): Promise<Readonly<Record<string, string>>> {
		if (only === undefined) return {};
		this.#trial ??= tryConditions(this.#bucket, about, signal);
		try {
			this.#found = await this.#trial;
		} catch (error) {
			this.#trial = undefined;
			throw error;
		}
		const { absent, spell } = this.#found;
		if (only === "absent" && absent) return { "if-none-match": "*" };
		if (only !== "absent" && spell !== undefined)
			return { "if-match": spell(only.version) };
		throw new StoreError("unsupported", NOT_HONOURED, about);
	}
}

const NOT_HONOURED = "the server does not honour the condition of a put";

async function tryConditions(
	{ plane, prefix, headers }: Bucket,
	about: StoreErrorOptions,
	signal: AbortSignal | undefined,
): Promise<Honoured> {
	const key = `${prefix}regmigrate-trial-${randomUUID()}`;
	let version = "";
	/** Whether the server kept a body. */
	const put = async (text: string, condition: Record<string, string>) => {
		const { status, headers: answer } = await plane.request(
			{
				method: "PUT",
				key,
				headers: { ...headers, ...condition },
				body: Buffer.from(text),
				signal,
			},
			about,
			[400, 412, 501],
		);
		if (status < 300) version = etagFrom(answer);
		return status < 300;
	};
	const ifAbsent = { "if-none-match": "*" };
	try {
		const isTaken = await put("first", ifAbsent);
		const absent = isTaken && !(await put("second", ifAbsent));
		if (!isTaken) await put("first", {});
		let spell: Honoured["spell"];
		const other = "0".repeat(32);
		if (!(await put("third", { "if-match": `"${other}"` })))
			for (const one of SPELLINGS)
				if (await put("fourth", { "if-match": one(version) })) {
					// Also in this spelling it must be refused where it is another's.
					if (!(await put("fifth", { "if-match": one(other) }))) spell = one;
					break;
				}
		return { absent, spell };
	} finally {
		if (version !== "")
			await plane.request({ method: "DELETE", key, signal }, about);
	}
}
