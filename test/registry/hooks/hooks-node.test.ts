import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { HooksDescription } from "../../../src/registry/description.ts";
import { hooksNode } from "../../../src/registry/hooks/hooks-node.ts";
import { openHost } from "../../../src/registry/host/open-host.ts";

/** A node whose commands write their names down. */
function node(commands: Partial<HooksDescription> = {}) {
	const folder = mkdtempSync(join(tmpdir(), "regmigrate-hooks-"));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	const log = join(folder, "log");
	const note = (word: string) => `echo ${word} >> '${log}'`;
	const description: HooksDescription = {
		name: "registry-1",
		url: new URL("http://127.0.0.1:5000"),
		readOnly: note("read-only"),
		readWrite: note("read-write"),
		switch: note("switch"),
		restart: note("restart"),
		drain: note("drain"),
		health: note("health"),
		...commands,
	};
	return {
		node: hooksNode(description, openHost({})),
		log: () => readFileSync(log, "utf8").trim().split("\n"),
	};
}

test("a change runs its command, then those that make it effective, in order", async () => {
	const { node: hooks, log } = node();
	const change = await hooks.change({ readOnly: true });
	expect(change.files).toEqual([]);
	expect(change.commands).toHaveLength(4);
	await change.write();
	expect(log).toThrow();
	await change.activate();
	expect(log()).toEqual(["read-only", "restart", "drain", "health"]);
});

test("undo makes it writable again", async () => {
	const { node: hooks, log } = node({ restart: undefined, drain: undefined });
	await (await hooks.undo()).activate();
	expect(log()).toEqual(["read-write", "health"]);
});

test("the storage is switched while it is read-only", async () => {
	const { node: hooks, log } = node({ health: undefined });
	const storage = { driver: "s3", parameters: {} };
	const change = await hooks.change({ storage, readOnly: true });
	expect(change.notes).toHaveLength(1);
	await change.activate();
	expect(log()).toEqual(["switch", "read-only", "restart", "drain"]);
	const { node: without } = node({ switch: undefined });
	await expect(without.change({ storage })).rejects.toMatchObject({
		code: "refused",
		message:
			"Cannot switch the storage of registry-1: no command for it is described",
	});
});

test("a command that fails is told with its end, and nothing is run after it", async () => {
	const { node: hooks, log } = node({
		restart: "echo cannot, so no >&2; exit 3",
	});
	const change = await hooks.change({ readOnly: true });
	await expect(change.activate()).rejects.toMatchObject({
		code: "failed",
		message:
			'The command "echo cannot, so no >&2; exit 3" of registry-1 on this machine ended with exit code 3: cannot, so no',
	});
	expect(log()).toEqual(["read-only"]);
});

test("a secret that a command says is not told", async () => {
	const { node: hooks } = node({
		restart: "echo password: $(printf 'hunter%d' 2) >&2; exit 1",
		showConfiguration: "echo secretkey: $(printf 'hunter%d' 2) >&2; exit 1",
	});
	const change = await hooks.change({ readOnly: true });
	await expect(change.activate()).rejects.toThrow(/: password: \*{3}$/);
	await expect(hooks.settings()).rejects.toThrow(/: secretkey: \*{3}$/);
});

test("a secret in a command is not told", async () => {
	const { node: hooks, log } = node({
		restart: "PGPASSWORD=hunter22 false",
		health: undefined,
	});
	const change = await hooks.change({ readOnly: true });
	expect(change.commands.join()).not.toContain("hunter22");
	await expect(change.activate()).rejects.toThrow(
		'"PGPASSWORD=*** false" of registry-1',
	);
	expect(log()).toEqual(["read-only"]);
});

test("what changes nothing runs nothing", async () => {
	const { node: hooks } = node();
	expect((await hooks.change({})).commands).toEqual([]);
});

test("nothing is known of configuration and processes", async () => {
	const { node: hooks } = node();
	expect(await hooks.settings()).toBeUndefined();
	expect(await hooks.instances()).toBeUndefined();
});

test("the configuration is what the operator's command prints", async () => {
	const { node: hooks } = node({
		showConfiguration:
			"echo 'storage: {filesystem: {rootdirectory: /r}, maintenance: {readonly: {enabled: true}}}'",
	});
	expect(await hooks.settings()).toMatchObject({
		storage: { driver: "filesystem", parameters: { rootdirectory: "/r" } },
		readOnly: true,
	});
	const { node: other } = node({ showConfiguration: "echo" });
	await expect(other.settings()).rejects.toThrow(
		'Cannot use the registry configuration "echo"',
	);
});

test("processes are those that the operator's command prints, and that are there", async () => {
	const child = spawn("sleep", ["60"]);
	onTestFinished(() => {
		child.kill();
	});
	const { node: hooks } = node({ processes: `echo ${child.pid} 4194305` });
	const instances = (await hooks.instances()) ?? [];
	expect(instances).toMatchObject([{ name: `process ${child.pid}` }]);
	expect(await hooks.remaining(instances)).toEqual(instances);
	const [instance] = instances;
	const other = { id: `${child.pid}@1`, name: "an older one" };
	expect(await hooks.remaining([...instances, other])).toEqual([instance]);
	child.kill();
	await once(child, "exit");
	expect(await hooks.remaining(instances)).toEqual([]);
});

test("a command that prints no process ids is told", async () => {
	const { node: hooks } = node({ processes: "echo registry is running" });
	await expect(hooks.instances()).rejects.toMatchObject({ code: "failed" });
});
