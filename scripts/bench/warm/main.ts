import { pathToFileURL } from "node:url";
import { answerParent } from "../child.ts";
import type { WarmPass } from "./measure-warm.ts";

/** What is imported: the build, as the program is. */
type Library = typeof import("../../../src/index.ts");

/** Fills a target with the library, and goes over it again, in the same process, whenever it is asked to. */
async function main([
	library = "",
	sourceName = "",
	targetName = "",
	indexPath = "",
]: readonly string[]): Promise<void> {
	const { openStore, parseStoreUrl, readOnly, sync }: Library = await import(
		pathToFileURL(library).href
	);
	const source = readOnly(await openStore(parseStoreUrl(sourceName)));
	const target = await openStore(parseStoreUrl(targetName));
	const pass = async (): Promise<WarmPass> => {
		const startedMs = performance.now();
		const before = process.cpuUsage();
		const { copied, isComplete } = await sync(source, target, { indexPath });
		const wallMs = performance.now() - startedMs;
		const { user, system } = process.cpuUsage(before);
		if (!isComplete) throw new Error("The pass is not complete");
		return { wallMs, cpuMs: (user + system) / 1000, copied: copied.objects };
	};
	await answerParent(await pass(), pass);
}

await main(process.argv.slice(2));
