import { tellParent } from "../../child.ts";
import type { Taken, Task } from "../measurement.ts";
import { LINK, linkKey } from "../registry-objects.ts";
import { bareFiles, fillDirectory } from "./files.ts";
import { inLanes } from "./lanes.ts";
import type { Measured } from "./measured.ts";
import { openOurs } from "./ours.ts";
import { replay, sign } from "./replay.ts";
import { SDKS } from "./sdks.ts";

/** Does a task, and says what it took. */
async function run(task: Task, place: string): Promise<Taken> {
	const measured = await open(task, place);
	const { operation, count, warmUp } = task;
	const cpuMs =
		operation === "put"
			? await measurePuts(measured, count, warmUp)
			: await measurePages(measured, count, warmUp);
	return { cpuMs: cpuMs / count };
}

async function open({ store, client }: Task, place: string): Promise<Measured> {
	if (client === "sdk") {
		const openSdk = SDKS[store];
		if (openSdk === undefined) throw new Error(`${store} has no SDK`);
		return await openSdk(place);
	}
	if (client !== "store" && store === "file") return bareFiles(place);
	const ours = await openOurs(store, place);
	if (client === "store") return ours;
	return await replay(ours, place, client === "signed" ? sign : undefined);
}

async function measurePuts(
	measured: Measured,
	count: number,
	warmUp: number,
): Promise<number> {
	const keys = Array.from({ length: warmUp + count }, (_, at) => linkKey(at));
	const put = (index: number) => measured.put(keys[index] ?? "", LINK);
	await inLanes(0, warmUp, put);
	return await cpuOf(() => inLanes(warmUp, warmUp + count, put));
}

async function measurePages(
	measured: Measured,
	count: number,
	warmUp: number,
): Promise<number> {
	await readPages(measured, warmUp);
	return await cpuOf(() => readPages(measured, count));
}

/** Lists from the beginning as often as it takes. */
async function readPages(measured: Measured, count: number): Promise<void> {
	for (let pages = 0; pages < count; )
		for await (const _ of measured.list()) if (++pages === count) break;
}

/** User and system time of the process (ms). */
async function cpuOf(act: () => Promise<void>): Promise<number> {
	const before = process.cpuUsage();
	await act();
	const { user, system } = process.cpuUsage(before);
	return (user + system) / 1000;
}

/** Takes the task, and where to do it: the sink's origin, or an empty directory. */
async function main([json = "", place = ""]: readonly string[]) {
	// Written by our own parent.
	const task: Task = JSON.parse(json);
	if (task.store === "file" && task.operation === "list")
		await fillDirectory(place);
	return await run(task, place);
}

tellParent(await main(process.argv.slice(2)));
