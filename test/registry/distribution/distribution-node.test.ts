import { once } from "node:events";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { environmentOf } from "../../../src/registry/distribution/process-environment.ts";
import { openHost } from "../../../src/registry/host/open-host.ts";
import { listenersOf } from "../../../src/registry/host/processes.ts";
import { CONFIGURATION, WaitingNode } from "./node.ts";

const READ_ONLY = `# config
version: 0.1
storage:
  filesystem: {rootdirectory: /var/lib/registry}
  maintenance:
    readonly:
      enabled: true
http: {addr: ":5000", secret: hidden}
`;

describe("a node that is to be read-only", () => {
	test("is written and restarted; then there is nothing more to do", async () => {
		const { node, ...waiting } = new WaitingNode();
		const before = await startedOf(node);
		const change = await node.change({ readOnly: true });
		expect(change.files).toEqual([
			{ path: waiting.configuration, before: CONFIGURATION, after: READ_ONLY },
		]);
		expect(change.commands).toHaveLength(1);
		await change.write();
		await change.write();
		expect(readFileSync(waiting.configuration, "utf8")).toBe(READ_ONLY);
		expect(await node.remaining(before)).toEqual(before);
		await change.activate();
		expect(await node.remaining(before)).toEqual([]);
		expect(await node.settings()).toMatchObject({ readOnly: true });
		const again = await node.change({ readOnly: true });
		expect(again).toMatchObject({ files: [], commands: [] });
	});

	test("and was not restarted any more still is to be", async () => {
		const { node } = new WaitingNode();
		await startedOf(node);
		await (await node.change({ readOnly: true })).write();
		const again = await node.change({ readOnly: true });
		expect(again).toMatchObject({ files: [], commands: [expect.any(String)] });
	});

	test("is refused when somebody changes the file meanwhile", async () => {
		const waiting = new WaitingNode();
		const change = await waiting.node.change({ readOnly: true });
		writeFileSync(waiting.configuration, `${CONFIGURATION}# theirs\n`);
		await expect(change.write()).rejects.toMatchObject({ code: "changed" });
		expect(waiting.text).toBe(`${CONFIGURATION}# theirs\n`);
	});

	test("is refused when a variable of its process would override it", async () => {
		const waiting = new WaitingNode({
			environment: "REGISTRY_STORAGE_MAINTENANCE_READONLY='{enabled: false}'",
		});
		await waiting.start();
		const change = waiting.node.change({ readOnly: true });
		await expect(change).rejects.toMatchObject({ code: "refused" });
		await expect(change).rejects.toThrow(
			"REGISTRY_STORAGE_MAINTENANCE_READONLY, with which its registry runs, would override",
		);
	});

	test("is told what else overrides the file, and who says that it is his", async () => {
		const waiting = new WaitingNode({
			environment: "REGISTRY_HTTP_SECRET=hidden",
		});
		await waiting.start();
		writeFileSync(waiting.configuration, `# Managed by Chef\n${CONFIGURATION}`);
		const { notes } = await waiting.node.change({ readOnly: true });
		expect(notes).toEqual([
			expect.stringContaining("REGISTRY_HTTP_SECRET overrides"),
			expect.stringContaining("says that Chef manages it"),
		]);
		expect(notes.join()).not.toContain("hidden");
	});
});

describe("a node that is put back", () => {
	test("has the original byte for byte, and nothing is kept", async () => {
		const waiting = new WaitingNode();
		await waiting.start();
		for (const asked of [
			{ readOnly: true },
			{ storage: { driver: "s3", parameters: { bucket: "b" } } },
		]) {
			const change = await waiting.node.change(asked);
			await change.write();
			await change.activate();
		}
		const undo = await waiting.node.undo();
		expect(undo.files).toMatchObject([{ after: CONFIGURATION }]);
		await undo.write();
		const kept = join(waiting.folder, ".regmigrate");
		expect(existsSync(kept)).toBe(true);
		await undo.activate();
		expect(waiting.text).toBe(CONFIGURATION);
		expect(existsSync(kept)).toBe(false);
		const again = await waiting.node.undo();
		expect(again).toMatchObject({ files: [], commands: [], notes: [] });
	});

	test("is still to be restarted when it was ended before that", async () => {
		const { node } = new WaitingNode();
		await startedOf(node);
		const change = await node.change({ readOnly: true });
		await change.write();
		await change.activate();
		await (await node.undo()).write();
		const again = await node.undo();
		expect(again).toMatchObject({ files: [], commands: [expect.any(String)] });
	});

	test("keeps what somebody else has changed since, and it is said", async () => {
		const waiting = new WaitingNode();
		const change = await waiting.node.change({ readOnly: true });
		await change.write();
		writeFileSync(waiting.configuration, READ_ONLY.replace(":5000", ":6000"));
		const undo = await waiting.node.undo();
		expect(undo.notes).toEqual([
			expect.stringContaining("was changed by somebody else since"),
		]);
		await undo.write();
		expect(waiting.text).toBe(CONFIGURATION.replace(":5000", ":6000"));
	});
});

describe("a restart", () => {
	const failing = (restart: string, restartTimeoutMs = 10_000) =>
		new WaitingNode({ restart }, { restartTimeoutMs }).start();

	test("that fails is told with its last lines, without secrets", async () => {
		const run = failing("echo starting; echo secret: hidden >&2; exit 7");
		await expect(run).rejects.toMatchObject({ code: "failed" });
		await expect(run).rejects.toThrow(
			/ended with exit code 7; its configuration is written.*: starting \| secret: \*\*\*$/,
		);
	});

	test("that hangs is ended", async () => {
		const run = failing("sleep 600", 100);
		await expect(run).rejects.toMatchObject({ code: "timed-out" });
		await expect(run).rejects.toThrow("took longer than 0.1 s, and was ended");
	});

	test("is not held up by what it starts, which goes on to print", async () => {
		const waiting = new WaitingNode({
			restart: `(sleep 0.05; echo one; echo two; : >"$PWD_OF_TEST/printed") & true`,
		});
		process.env.PWD_OF_TEST = waiting.folder;
		await waiting.start();
		await expect
			.poll(() => existsSync(join(waiting.folder, "printed")))
			.toBe(true);
	});
});

describe("a configuration is refused that", () => {
	test("is not there", async () => {
		const { node, configuration } = new WaitingNode();
		rmSync(configuration);
		for (const act of [() => node.settings(), () => node.undo()])
			await expect(act()).rejects.toMatchObject({ code: "not-found" });
	});

	test("enables a metadata database that it is to do without", async () => {
		const { node, configuration } = new WaitingNode();
		const text = `${CONFIGURATION}database: {enabled: true}\n`;
		writeFileSync(configuration, text);
		await expect(node.change({ database: false })).rejects.toMatchObject({
			code: "refused",
		});
		expect(readFileSync(configuration, "utf8")).toBe(text);
	});
});

describe("who serves", () => {
	test("is found by who listens on the port", async () => {
		const server = createServer().listen(0, "127.0.0.1");
		await once(server, "listening");
		onTestFinished(() => void server.close());
		const address = server.address();
		const port = typeof address === "object" ? (address?.port ?? 0) : 0;
		const found = await listenersOf(openHost({}), port);
		expect(found).toMatchObject([
			{ pid: String(process.pid), name: `process ${process.pid}` },
		]);
		const startedAt = Date.now() - process.uptime() * 1000;
		expect(found?.[0]?.startedAt).toBeGreaterThan(startedAt - 500);
		expect(found?.[0]?.startedAt).toBeLessThan(startedAt + 500);
		const [first] = found ?? [];
		if (first === undefined) throw new Error("nobody listens");
		const environment = await environmentOf(openHost({}), first);
		expect(environment?.PATH).toBeTruthy();
	});

	test("is nobody where nobody listens", async () => {
		expect(await listenersOf(openHost({}), 1)).toEqual([]);
	});

	test("is not known where the operator's command for it fails", async () => {
		const { node } = new WaitingNode({ processes: "echo none" });
		await expect(node.instances()).rejects.toThrow("prints something else");
	});
});

async function startedOf(node: WaitingNode["node"]) {
	await (await node.change({ readOnly: false })).activate();
	const instances = await node.instances();
	expect(instances).toHaveLength(1);
	return instances ?? [];
}
