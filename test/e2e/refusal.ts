import { expect } from "vitest";
import { writeSampleRegistry } from "../../scripts/sample-registry/sample-registry.ts";
import { openStore } from "../../src/store/open.ts";
import { describeResult, type ProgramOptions } from "../support/program.ts";
import { newBucket, services } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { listing } from "./closure.ts";
import { runProgram } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { snapshotTree } from "./tree.ts";

/** A secret that nothing may repeat, with the characters that real ones have. */
export const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCY";

/** A small registry and a bucket, which nothing that is refused may change. */
export class UntouchedStores {
	readonly source: string;
	readonly #bucket: string;
	#before: unknown;

	private constructor(source: string, bucket: string) {
		this.source = source;
		this.#bucket = bucket;
	}

	static async make(): Promise<UntouchedStores> {
		const source = await temporaryFolder();
		writeSampleRegistry(source, { repositories: 1, tagsPerRepository: 2 });
		const stores = new UntouchedStores(source, await newBucket());
		await stores.remember();
		return stores;
	}

	/** The bucket's URL, with an option changed. */
	target(option?: string, value = ""): URL {
		const url = storeUrl(this.#bucket);
		if (option !== undefined) url.searchParams.set(option, value);
		return url;
	}

	/** Takes what both hold now for what they have to hold in the end. */
	async remember(): Promise<void> {
		this.#before = await this.#look();
	}

	/** Fails when anything has changed since. */
	async check(): Promise<void> {
		expect(await this.#look()).toEqual(this.#before);
	}

	async #look(): Promise<unknown> {
		await using target = await openStore(this.target());
		const objects = await listing(target);
		return { source: snapshotTree(this.source), target: objects };
	}
}

/** What the program has to say. */
export interface Refusal {
	readonly exitCode: number;
	/** What is wrong: in the one sentence. */
	readonly problem: RegExp;
	/** What to do next: in the lines below. */
	readonly advice: RegExp;
}

/** Runs `sync`, which has to refuse, and to repeat no secret. */
export async function expectRefusal(
	stores: readonly (string | URL)[],
	{ exitCode, problem, advice }: Refusal,
	options?: ProgramOptions,
): Promise<void> {
	const result = await runProgram(["sync", ...stores.map(String)], options);
	const told = describeResult(result);
	expect(result.exitCode, told).toBe(exitCode);
	expect(result.stdout).toBe("");
	expect(result.stderr).toMatch(/^Error: [^\n]+\n( {2}[^\n]+\n)+$/);
	const [sentence, ...rest] = result.stderr.split("\n");
	expect(sentence).toMatch(problem);
	expect(rest.join("\n")).toMatch(advice);
	for (const secret of [...SECRET.split("/"), services().s3.secretAccessKey])
		expect(told).not.toContain(secret);
}
