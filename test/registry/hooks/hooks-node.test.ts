import { spawn } from "node:child_process";
import { once } from "node:events";
import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
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
		switchBack: note("switch-back"),
		restart: note("restart"),
		drain: note("drain"),
		health: note("health"),
		...commands,
	};
	vi.stubEnv("XDG_STATE_HOME", join(folder, "state"));
	onTestFinished(() => void vi.unstubAllEnvs());
	return {
		description,
		folder,
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
	const { node: oneWay } = node({ switchBack: undefined });
	await expect(oneWay.change({ storage })).rejects.toMatchObject({
		code: "refused",
		message: expect.stringContaining("There is no way back"),
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

test("the place is shown, and noted without secrets: it is known when the node is back there", async () => {
	const at = (bucket: string) =>
		`storage: {s3: {bucket: ${bucket}, region: r, accesskey: a, secretkey: hunter22}}`;
	const { node: hooks, folder } = node({
		showConfiguration: 'cat "$XDG_STATE_HOME/../shown"',
	});
	const show = (bucket: string) =>
		writeFileSync(join(folder, "shown"), at(bucket));
	mkdirSync(join(folder, "state"));
	show("one");
	const parameters = { bucket: "two", region: "r" };
	const storage = { driver: "s3", parameters };
	const change = await hooks.change({ storage });
	expect(change.files).toEqual([
		{
			path: "storage of registry-1",
			before: "s3://one\n",
			after: "s3://two\n",
		},
	]);
	await change.write();
	show("two");
	expect((await hooks.change({ storage })).files).toEqual([]);
	await hooks.accept("c1");
	const restored = await hooks.restore("c1", { readOnly: true });
	expect(restored.files).toMatchObject([{ after: "s3://one\n" }]);
	show("one");
	const back = await hooks.restore("c1", { readOnly: false });
	expect(back.files).toEqual([]);
	expect(back.commands[0]).toContain("read-write");
	const kept = readdirSync(join(folder, "state/regmigrate"));
	for (const file of kept)
		expect(readFileSync(join(folder, "state/regmigrate", file), "utf8")).toBe(
			"s3://one",
		);
});

test("what is shown to be so already is not done again", async () => {
	const { node: hooks } = node({
		showConfiguration:
			"echo 'storage: {s3_v2: {bucket: one, region: r, accesskey: a, secretkey: k}, maintenance: {readonly: {enabled: true}}}'",
	});
	const parameters = { bucket: "one", region: "r" };
	const storage = { driver: "s3", parameters };
	const same = await hooks.change({ storage, readOnly: true });
	expect(same.commands).toEqual([]);
	const other = { driver: "s3", parameters: { ...parameters, bucket: "two" } };
	const change = await hooks.change({ storage: other, readOnly: false });
	expect(change.commands).toHaveLength(5);
});

describe("the way back from a switch", () => {
	const storage = { driver: "s3", parameters: {} };
	const quiet = { restart: undefined, drain: undefined, health: undefined };

	/** A node that has been switched, and another process that knows it. */
	async function switched() {
		const first = node(quiet);
		const change = await first.node.change({ storage, readOnly: true });
		await change.write();
		await change.activate();
		return { ...first, node: hooksNode(first.description, openHost({})) };
	}

	test("is switchBack, then read-write; and after that there is none", async () => {
		const { node: hooks, log } = await switched();
		for (let time = 0; time < 2; time++) {
			const change = await hooks.undo();
			await change.write();
			await change.activate();
		}
		expect(log().slice(2)).toEqual(["switch-back", "read-write", "read-write"]);
	});

	test("is known also where the switch was only begun", async () => {
		const { node: hooks, log } = node({ ...quiet, switch: "exit 1" });
		const change = await hooks.change({ storage });
		await change.write();
		await expect(change.activate()).rejects.toMatchObject({ code: "failed" });
		await (await hooks.undo()).activate();
		expect(log()).toEqual(["switch-back", "read-write"]);
	});

	test("is no longer what undo does once the switch is accepted, but what restore does", async () => {
		const { node: hooks, log } = await switched();
		await hooks.accept("c1");
		await hooks.accept("c1");
		await (await hooks.undo()).activate();
		expect(log().slice(2)).toEqual(["read-write"]);
		for (const readOnly of [true, true, false])
			await (await hooks.restore("c1", { readOnly })).activate();
		expect(log().slice(3)).toEqual([
			...["switch-back", "read-only", "switch-back", "read-only"],
			...["switch-back", "read-write"],
		]);
		await expect(
			hooks.restore("c1", { readOnly: false }),
		).rejects.toMatchObject({ code: "not-found" });
	});

	test("may be given up once it has begun: then the storage is switched again", async () => {
		const { node: hooks, log } = await switched();
		await hooks.accept("c1");
		const back = await hooks.restore("c1", { readOnly: true });
		await back.write();
		await back.activate();
		for (let time = 0; time < 2; time++) await (await hooks.undo()).activate();
		expect(log().slice(4)).toEqual(["switch", "read-write", "read-write"]);
		// It is still known.
		await (await hooks.restore("c1", { readOnly: false })).activate();
		expect(log().slice(7)).toEqual(["switch-back", "read-write"]);
	});

	test.each([
		["false", "{disabled: true}", false],
		["prefer", "{disabled: true}", false],
		["true", "{disabled: false}", false],
		["true", "{disabled: true}", true],
	])(
		"with a database that is %s, and gc %s, is one that keeps garbage: %s",
		async (enabled, gc, isKept) => {
			const shown = `{storage: {inmemory: {}}, database: {enabled: ${enabled}}, gc: ${gc}}`;
			const first = node({ ...quiet, showConfiguration: `echo '${shown}'` });
			const change = await first.node.change({ storage, readOnly: true });
			await change.write();
			await change.activate();
			await first.node.accept("c1");
			const options = { readOnly: true, isCollectionPaused: true };
			const back = (await first.node.restore("c1", options)).activate();
			if (isKept) await back;
			else
				await expect(back).rejects.toThrow(
					"does not say that its database is pinned",
				);
		},
	);
});
