import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Child, startChild } from "../child.ts";
import {
	CLIENTS,
	isClientOf,
	OPERATIONS,
	type Result,
	type StoreName,
	type Taken,
	type Task,
} from "./measurement.ts";
import type { StoreBenchOptions } from "./options.ts";

/** Does every task in turn, round by round, so that a busy machine slows down all of them alike. */
export async function benchStores(
	options: StoreBenchOptions,
	signal: AbortSignal,
	observe: (result: Result) => void,
): Promise<readonly Result[]> {
	const results: Result[] = [];
	for (let round = 1; round <= options.rounds; round += 1)
		for (const store of options.stores) {
			await using sink = startSink(store, options.pages, signal);
			const origin = String(await sink?.told);
			for (const task of tasksOf(store, options)) {
				const { cpuMs } = await run(task, origin, options, signal);
				results.push({ ...task, cpuMs });
				observe({ ...task, cpuMs });
			}
		}
	return results;
}

/** A library that takes ten times as long is measured a tenth as often. */
const SDK_SHARE = 10;

/** Of what is counted, how much comes before it. */
const WARM_UP_SHARE = 5;

function tasksOf(
	store: StoreName,
	{ puts, pages }: StoreBenchOptions,
): readonly Task[] {
	return OPERATIONS.flatMap((operation) =>
		CLIENTS.filter((client) => isClientOf(store, client)).map((client) => {
			const all = operation === "put" ? puts : pages;
			const count = client === "sdk" ? Math.ceil(all / SDK_SHARE) : all;
			const warmUp = Math.ceil(all / WARM_UP_SHARE);
			return { store, operation, client, count, warmUp };
		}),
	);
}

/** A process of its own, so that its work is not counted; files need none. */
function startSink(
	store: StoreName,
	pages: number,
	signal: AbortSignal,
): Child | undefined {
	if (store === "file") return undefined;
	return startChild(
		new URL("./sink/main.ts", import.meta.url),
		[store, String(pages)],
		{ signal },
	);
}

async function run(
	task: Task,
	origin: string,
	{ profileFolder }: StoreBenchOptions,
	signal: AbortSignal,
): Promise<Taken> {
	const { store, operation, client } = task;
	const name = `${store}-${operation}-${client}.cpuprofile`;
	const profile = profileFolder && join(profileFolder, name);
	await using directory = await mkdtempDisposable(
		join(tmpdir(), "regmigrate-bench-"),
	);
	const place = store === "file" ? directory.path : origin;
	const commandLine = [JSON.stringify(task), place];
	await using child = startChild(
		new URL("./client/main.ts", import.meta.url),
		commandLine,
		{
			signal,
			profile,
		},
	);
	// It is our own.
	return (await child.told) as Taken;
}
