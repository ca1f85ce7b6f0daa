import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FilesystemStore } from "../../src/store/filesystem/filesystem-store.ts";
import {
	canMount,
	mountAt,
	unmount,
} from "../store/filesystem/temporary-mount.ts";
import { TemporaryRoot } from "../store/filesystem/temporary-root.ts";
import { pushWrites, storeOf } from "./content.ts";
import { expectClosed, expectContent, run } from "./run.ts";
import { TemporaryIndex } from "./temporary-index.ts";

/** Ten files, each of which takes a page of the disk's sixteen. */
const REGISTRY = new Map(pushWrites("team/app", "v1", ["one", "two"]));
const FILLER_BYTES = 11 * 4096;

test.skipIf(!canMount)(
	"sync › to a disk that becomes full: closed (I1), told with what to do, and whole once there is room",
	async () => {
		using root = new TemporaryRoot();
		using index = new TemporaryIndex();
		const options = { indexPath: index.path };
		mkdirSync(root.at("disk"));
		expect(mountAt(root.at("disk"))).toBe(true);
		try {
			writeFileSync(root.at("disk/filler"), Buffer.alloc(FILLER_BYTES));
			const source = await storeOf(REGISTRY);
			const target = new FilesystemStore(root.at("disk"));
			const { result, events } = await run(source, target, options);
			expect(result).toMatchObject({ isComplete: false });
			expect(result.failed).toBeGreaterThan(0);
			const reasons = events.flatMap((event) =>
				event.type === "failed" ? [event.error] : [],
			);
			for (const { reason, suggestions } of reasons) {
				expect(reason).toBe("no space is left on the device");
				expect(suggestions).toEqual([expect.stringContaining("Make room")]);
			}
			rmSync(root.at("disk/filler"));
			await expectClosed(target, REGISTRY);
			expect((await run(source, target, options)).result.isComplete).toBe(true);
			await expectContent(target, REGISTRY);
		} finally {
			unmount(root.at("disk"));
		}
	},
);
