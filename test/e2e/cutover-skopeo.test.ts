import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { hasTools } from "../support/services.ts";
import { expectOnTarget, installed, run } from "./installed-registry.ts";
import { type LayoutImage, writeOciLayout } from "./oci-layout.ts";
import { pull, push } from "./registry-client.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Each has content of its own, so that pushes have something to upload. */
const IMAGES = Array.from(
	{ length: 40 },
	(_, index): LayoutImage => ({
		tag: `n${index}`,
		layers: [500 + index, 40_000],
		isMultiPlatform: index % 5 === 0,
	}),
);

test.skipIf(!hasTools("skopeo", "registry-3", "minio"))(
	"cutover › skopeo pushes and pulls all the while: what it pushed, it pulls from the target",
	async () => {
		const at = await installed();
		const server = () => at.registry.server();
		const folder = await temporaryFolder();
		const layout = join(folder, "layout");
		writeOciLayout(layout, IMAGES);
		const pushed: string[] = [];
		let refused = 0;
		let pulled = 0;
		let isStopped = false;
		const pushAndPull = async () => {
			for (let number = 0; !isStopped; number++) {
				const image = `n${number % IMAGES.length}`;
				const tag = `t${number}`;
				try {
					await push(layout, image, server(), `team/skopeo:${tag}`);
					pushed.push(tag);
				} catch {
					refused++;
					await sleep(20);
				}
				try {
					const directory = join(folder, `pulled-${tag}`);
					await pull(server(), "team/app:v1", directory);
					pulled++;
				} catch {
					// Between two processes nobody answers.
				}
			}
		};
		const running = pushAndPull();
		while (pushed.length === 0) await sleep(20);
		await run(0, ...at.words);
		const before = pushed.length;
		while (pushed.length === before) await sleep(20);
		isStopped = true;
		await running;
		expect(refused).toBeGreaterThan(0);
		expect(pulled).toBeGreaterThan(0);
		await expectOnTarget(at);
		for (const tag of pushed)
			await pull(server(), `team/skopeo:${tag}`, join(folder, `proof-${tag}`));
	},
);
