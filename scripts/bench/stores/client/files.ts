import { lstatSync, readdirSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LINK, linkKey, PAGE_OBJECTS } from "../registry-objects.ts";
import { inLanes } from "./lanes.ts";
import type { Measured } from "./measured.ts";

/** How many pages the tree has that is listed over and over. */
const TREE_PAGES = 10;

/** Makes what is listed. */
export async function fillDirectory(directory: string): Promise<void> {
	await inLanes(0, TREE_PAGES * PAGE_OBJECTS, async (index) => {
		const path = join(directory, linkKey(index));
		await mkdir(dirname(path), { recursive: true });
		await writeFile(path, LINK);
	});
}

/** The least that Node needs: files written and flushed where they belong, and a directory read with every size. */
export function bareFiles(directory: string): Measured {
	return {
		async put(key, body) {
			const path = join(directory, key);
			await mkdir(dirname(path), { recursive: true });
			await writeFile(path, body, { flush: true });
		},
		async *list() {
			const entries = readdirSync(directory, {
				recursive: true,
				withFileTypes: true,
			});
			let objects = 0;
			for (const entry of entries) {
				if (!entry.isFile()) continue;
				lstatSync(join(entry.parentPath, entry.name));
				if (++objects % PAGE_OBJECTS === 0) yield;
			}
		},
	};
}
