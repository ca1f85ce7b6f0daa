import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
	canMount,
	canMountSmallBlocks,
	mountAt,
	mountSmallBlocksAt,
	unmount,
} from "../store/filesystem/temporary-mount.ts";
import { hasTools } from "../support/services.ts";
import {
	expectAsBefore,
	expectOnTarget,
	installed,
	run,
} from "./installed-registry.ts";
import { startProgram } from "./program.ts";
import { Told } from "./told.ts";

/** A registry whose state directory is a small file system of its own. */
async function withStateOf(
	size: string,
	mount: (path: string, size: string) => boolean = mountAt,
) {
	const at = await installed();
	const state = join(at.folder, "state");
	mkdirSync(state);
	expect(mount(state, size)).toBe(true);
	onTestFinished(() => void unmount(state));
	const filler = join(state, "filler");
	return {
		...at,
		fill() {
			for (let bytes = 1 << 20; bytes >= 1024; bytes /= 2)
				try {
					for (;;) writeFileSync(filler, Buffer.alloc(bytes), { flag: "a" });
				} catch {
					// No more of that size is left.
				}
		},
		makeRoom: () => rmSync(filler),
	};
}

describe.skipIf(!canMount || !hasTools("registry-3", "minio"))(
	"cutover › when the disk of its state directory is full",
	() => {
		test("from the beginning on, it is refused, and nothing was changed", async () => {
			const at = await withStateOf("128k");
			const { stderr } = await run(4, ...at.words);
			expect(stderr).toContain("cannot be noted in ");
			expect(stderr).toContain("no space left on device");
			expect(stderr).toContain("Nothing was changed");
			expect(at.registry.restarts()).toBe(0);
			await expectAsBefore(at);
		});

		const cases = [
			...["catch up", "read-only", "final pass", "switch"].map(
				(step) => [step, "in memory", mountAt] as const,
			),
			// Where what the way back notes has no space, if it was not taken.
			...(canMountSmallBlocks
				? [["switch", "of small blocks", mountSmallBlocksAt] as const]
				: []),
		];
		if (!canMountSmallBlocks)
			test.skip("from switch on, of small blocks (no loop devices)");

		test.each(cases)(
			"from %s on, %s, it goes back, for which there is space; with more, the same command goes over",
			async (step, _, mount) => {
				const at = await withStateOf("4M", mount);
				const told = new Told(await startProgram(at.words));
				await told.said(`== ${step}:`);
				at.fill();
				const { exitCode, stderr } = await told.program.ended;
				// Before anything was changed, by what could not be noted: the index, or what is in doubt.
				const codes = told.text.includes("== read-only:") ? [5] : [1, 4];
				expect(codes, told.text + stderr).toContain(exitCode);
				await expectAsBefore(at);
				at.makeRoom();
				await run(0, ...at.words);
				await expectOnTarget(at);
			},
		);
	},
);
