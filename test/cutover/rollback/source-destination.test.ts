import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { sourceDestination } from "../../../src/cutover/rollback/source-destination.ts";
import { hooksNode } from "../../../src/registry/hooks/hooks-node.ts";
import { openHost } from "../../../src/registry/host/open-host.ts";
import type { Change, RegistryNode } from "../../../src/registry/node.ts";

const OLD_SOURCE = "file:///at-source/";

/** A node whose commands do nothing, and which shows where it is; cut over under the name `c1`. */
async function cutOver(): Promise<{
	readonly node: RegistryNode;
	/** Somebody configures it to the target, past all that is kept. */
	readonly moveByHand: () => void;
}> {
	const folder = mkdtempSync(join(tmpdir(), "regmigrate-destination-"));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	vi.stubEnv("XDG_STATE_HOME", folder);
	onTestFinished(() => void vi.unstubAllEnvs());
	const [readOnly, target] = [join(folder, "closed"), join(folder, "target")];
	const is = (file: string, yes = "true", no = "false") =>
		`$([ -e '${file}' ] && echo '${yes}' || echo '${no}')`;
	const storage = { driver: "s3", parameters: { bucket: "new", region: "r" } };
	const shown = is(
		target,
		"s3: {bucket: new, region: r}",
		"filesystem: {rootdirectory: /at-source}",
	);
	const node = hooksNode(
		{
			name: "registry-1",
			url: new URL("http://127.0.0.1:5000"),
			readOnly: `touch '${readOnly}'`,
			readWrite: `rm -f '${readOnly}'`,
			switch: `touch '${target}'`,
			switchBack: `rm '${target}'`,
			showConfiguration: `echo "{storage: {${shown}, maintenance: {readonly: {enabled: ${is(readOnly)}}}}, database: {enabled: true}, gc: {disabled: true}}"`,
		},
		openHost({}),
	);
	await bring(await node.change({ storage }));
	await node.accept("c1");
	expect(existsSync(target)).toBe(true);
	return { node, moveByHand: () => writeFileSync(target, "") };
}

test.each([false, true])(
	"is not reached before nodes refuse writes on the source, and is so from then on; with a database: %s",
	async (hasDatabase) => {
		const { node } = await cutOver();
		const destination = sourceDestination("c1", hasDatabase, OLD_SOURCE);
		expect(await destination.isReached(node, {})).toBe(false);
		const steps = [
			() => destination.closed(node, {}),
			() => destination.open(node, {}),
			...(hasDatabase ? [() => destination.collecting(node, {})] : []),
		];
		for (const step of steps) {
			const change = await step();
			if (change !== undefined) await bring(change);
			expect(await destination.isReached(node, {})).toBe(true);
		}
		// By now nothing is kept.
		await expect(destination.closed(node, {})).rejects.toMatchObject({
			code: "not-found",
		});
		expect((await destination.open(node, {})).commands).toEqual([]);
		expect(await destination.collecting(node, {})).toBeUndefined();
	},
);

test("is not reached by a node that somebody has brought to the target again when nothing was kept of it any more", async () => {
	const { node, moveByHand } = await cutOver();
	const destination = sourceDestination("c1", false, OLD_SOURCE);
	await bring(await destination.closed(node, {}));
	await bring(await destination.open(node, {}));
	expect(await destination.isReached(node, {})).toBe(true);
	moveByHand();
	expect(await destination.isReached(node, {})).toBe(false);
});

test("with a database, is what was before as a whole only in the end: until then the way back may be given up", async () => {
	const { node } = await cutOver();
	const destination = sourceDestination("c1", true, OLD_SOURCE);
	await bring(await destination.closed(node, {}));
	await bring(await destination.open(node, {}));
	expect(await destination.collecting(node, {})).toBeDefined();
	await bring(await node.undo());
	expect(await destination.isReached(node, {})).toBe(false);
});

async function bring(change: Change): Promise<void> {
	await change.write();
	await change.activate();
}
