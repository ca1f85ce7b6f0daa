import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { probeWrites } from "../../src/registry/probe/probe-writes.ts";
import { RegistryClient } from "../../src/registry/probe/registry-client.ts";
import {
	describeResult,
	finished,
	type ProgramResult,
	runProgram,
	startProgram,
} from "../support/program.ts";
import { hasTools } from "../support/services.ts";
import { beginPush, lives } from "./draining-registry.ts";
import {
	type ManagedRegistry,
	type RestartBehaviour,
	startManaged,
} from "./managed-registry.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { Told } from "./told.ts";
import { treeKeys } from "./tree.ts";

/** A registry that is described by flags, and where the program keeps what it found. */
async function single(
	options: Partial<Parameters<typeof startManaged>[0]> = {},
) {
	const folder = await temporaryFolder();
	const registry = await startManaged({
		version: "3",
		directory: join(folder, "registry"),
		...options,
	});
	const state = join(folder, "state");
	const flags = [
		...["--registry-config", registry.configFile],
		...["--restart", registry.restart],
		...["--state-directory", state],
	];
	return { folder, registry, state, flags };
}

/** Runs a command, which has to end with this code. */
async function run(
	exitCode: number,
	...argv: readonly string[]
): Promise<ProgramResult> {
	const result = await runProgram(argv);
	expect(result.exitCode, describeResult(result)).toBe(exitCode);
	return result;
}

/** Whether it takes writes, asked by a client of its own. */
async function stateOf({ url }: ManagedRegistry): Promise<string> {
	await using client = new RegistryClient(new URL(url));
	return (await probeWrites(client)).state;
}

/** Starts the program, and listens to what it says. */
async function listenTo(...argv: readonly string[]): Promise<Told> {
	return new Told(await startProgram(argv));
}

describe.each(["3", "2"] as const)("version %s", (version) => {
	const tools = hasTools(`registry-${version}`);

	test.skipIf(!tools)(
		"is made read-only and brought back, byte for byte",
		async () => {
			const { registry, flags, state } = await single({ version });
			const before = readFileSync(registry.configFile);

			const dry = await run(0, "readonly", "on", ...flags, "--dry-run");
			expect(dry.stdout).toContain(`  write ${registry.configFile}\n`);
			expect(dry.stdout).toContain(`  run ${registry.restart}\n`);
			expect(registry.restarts()).toBe(0);
			expect(() => readdirSync(state)).toThrow("ENOENT");
			await run(3, "readonly", "status", ...flags);

			const { pid } = registry.server();
			const on = await run(0, "readonly", "on", ...flags, "--yes");
			expect(on.stdout).toContain(`process ${pid} of before has ended`);
			expect(on.stdout).toContain("The registry is read-only, proven on");
			expect(await stateOf(registry)).toBe("read-only");
			const status = await run(0, "readonly", "status", ...flags, "--json");
			expect(JSON.parse(status.stdout)).toMatchObject({
				state: "read-only",
				nodes: [
					{
						configured: "read-only",
						probed: { state: "read-only" },
						found: "writable",
						instances: [`process ${registry.server().pid}`],
						problems: [],
					},
				],
			});
			expect(readFileSync(registry.configFile)).not.toEqual(before);

			await run(0, "readonly", "off", ...flags, "--yes");
			expect(readFileSync(registry.configFile)).toEqual(before);
			expect(await stateOf(registry)).toBe("writable");
			await run(4, "readonly", "off", ...flags, "--yes");
		},
	);

	test.skipIf(!tools)(
		"readonly on does not claim success while the old process lives, which still takes what was begun (I6)",
		async () => {
			const { registry, flags } = await single({
				version,
				drainTimeout: "60s",
			});
			const old = registry.server();
			const push = await beginPush(old, "team/app", "late");
			const told = await listenTo("readonly", "on", ...flags, "--yes");
			await told.said(`waiting for process ${old.pid} of before to end`);
			// A probe is content by now, and long enough for whoever believes it.
			expect(await stateOf(registry)).toBe("read-only");
			await sleep(1500);
			expect(told.program.child.exitCode).toBeNull();
			expect(told.text).not.toContain("proven");
			expect(lives(old)).toBe(true);

			expect(await push.finish()).toBe(201);
			const ended = await told.program.ended;
			expect(ended).toEqual({ exitCode: 0, stderr: "" });
			expect(lives(old)).toBe(false);
			expect(told.text).toContain(`process ${old.pid} of before has ended`);
			expect(told.text).toContain("The registry is read-only, proven on");
			expect(treeKeys(registry.storage)).toContain(
				"docker/registry/v2/repositories/team/app/_manifests/tags/late/current/link",
			);
		},
	);
});

/** A registry of several nodes that is described by a file. */
async function several(count: number) {
	const folder = await temporaryFolder();
	const nodes: ManagedRegistry[] = [];
	for (let index = 0; index < count; index++)
		nodes.push(
			await startManaged({
				version: index === 1 && hasTools("registry-2") ? "2" : "3",
				directory: join(folder, `node-${index}`),
			}),
		);
	const file = join(folder, "regmigrate.yml");
	const describe = (urlOf = (node: ManagedRegistry) => node.url) =>
		writeFileSync(
			file,
			[
				"kind: distribution",
				"nodes:",
				...nodes.flatMap((node, index) => [
					`  - name: node-${index}`,
					`    url: ${urlOf(node)}`,
					`    configuration: ${node.configFile}`,
					`    restart: ${node.restart}`,
				]),
			].join("\n"),
		);
	describe();
	const flags = [
		...["--registry-file", file],
		...["--state-directory", join(folder, "state")],
	];
	const texts = () => nodes.map(({ configFile }) => readFileSync(configFile));
	const states = () => Promise.all(nodes.map(stateOf));
	return { nodes, flags, describe, texts, states };
}

const READ_ONLY = ["read-only", "read-only", "read-only"];
const WRITABLE = ["writable", "writable", "writable"];

describe.skipIf(!hasTools("registry-3"))("three nodes", () => {
	test("are made read-only and brought back", async () => {
		const { flags, texts, states } = await several(3);
		const before = texts();
		const on = await run(0, "readonly", "on", ...flags, "--yes");
		expect(on.stdout).toContain(
			"proven on all 3 nodes: node-0, node-1, node-2.",
		);
		expect(await states()).toEqual(READ_ONLY);
		const status = await run(0, "readonly", "status", ...flags);
		expect(status.stdout).toMatch(/^node-1 +read-only +read-only +writable/m);
		await run(0, "readonly", "off", ...flags, "--yes");
		expect(await states()).toEqual(WRITABLE);
		expect(texts()).toEqual(before);
	});

	test("are all brought back when one fails", async () => {
		const { nodes, flags, texts, states } = await several(3);
		const before = texts();
		nodes[1]?.let("fails");
		const { stderr } = await run(5, "readonly", "on", ...flags, "--yes");
		expect(stderr).toContain(
			"node-0, node-1, and node-2 are as they were found: writable",
		);
		expect(await states()).toEqual(WRITABLE);
		expect(texts()).toEqual(before);
		expect(nodes.map((node) => node.restarts())).toEqual([2, 2, 0]);
	});

	test("a URL that answers for another registry is found out, for that stays writable", async () => {
		const { nodes, flags, describe, texts } = await several(3);
		const before = texts();
		const other = await single();
		describe((node) => (node === nodes[1] ? other.registry.url : node.url));
		const { stderr } = await run(
			...[5, "readonly", "on", ...flags, "--yes", "--timeout", "1s"],
		);
		expect(stderr).toContain(`node-1 (${other.registry.url})`);
		expect(texts()).toEqual(before);
	});

	test("readonly status --watch tells what changes, and ends with the last state", async () => {
		const { flags } = await several(2);
		const told = await listenTo(
			...["readonly", "status", "--watch", "--interval", "1s", ...flags],
		);
		await told.said("node-1: writable (");
		await run(0, "readonly", "on", ...flags, "--yes");
		// Between them it may have been seen to answer nothing.
		for (const node of ["node-0", "node-1"])
			await told.matched(new RegExp(`${node}: \\S+ -> read-only`));
		told.program.child.kill("SIGINT");
		expect(await told.program.ended).toEqual({ exitCode: 0, stderr: "" });
	});
});

describe.skipIf(!hasTools("registry-3"))("bad luck", () => {
	test.each([
		["fails", "", "ended with exit code 1"],
		["hangs", "--command-timeout=2s", "took longer than 2 s, and was ended"],
		[
			"lies",
			"--timeout=1s",
			"which served it before, has not ended, so it was not restarted",
		],
		[
			"reverts",
			"--timeout=5s",
			"does not say read-only any more: somebody has changed it back",
		],
	] as const)(
		"a restart command that %s: all is as it was found, and it is said",
		async (behaviour, flag, words) => {
			const { registry, flags } = await single();
			const before = readFileSync(registry.configFile);
			registry.let(behaviour);
			const more = flag === "" ? [] : [flag];
			const { stderr } = await run(
				...[5, "readonly", "on", ...flags, "--yes", ...more],
			);
			expect(stderr).toContain(words);
			expect(stderr).toContain("is as it was found: writable");
			expect(await stateOf(registry)).toBe("writable");
			expect(readFileSync(registry.configFile)).toEqual(before);
			const again = await run(4, "readonly", "off", ...flags, "--yes");
			expect(again.stderr).toContain("Nothing is recorded");
		},
	);

	test("a registry that does not come up needs an operator, and readonly off goes on from there", async () => {
		const { registry, flags } = await single();
		const before = readFileSync(registry.configFile);
		registry.let("stops");
		const { stderr } = await run(
			...[6, "readonly", "on", ...flags, "--yes", "--timeout", "1s"],
		);
		expect(stderr).toContain("nothing listens there");
		expect(stderr).toContain("is not known to be so again");
		expect(stderr).toContain("restore.sh");
		expect(readFileSync(registry.configFile)).toEqual(before);
		registry.let("restarts");
		await run(0, "readonly", "off", ...flags, "--yes");
		expect(await stateOf(registry)).toBe("writable");
	});

	test("who is not let in cannot prove anything, and changes nothing", async () => {
		const folder = await temporaryFolder();
		const users = join(folder, "htpasswd");
		writeFileSync(users, "");
		const { registry, flags } = await single({
			lines: [`auth: {htpasswd: {realm: test, path: ${users}}}`],
			readyPath: "/",
		});
		const { stderr } = await run(4, "readonly", "on", ...flags, "--yes");
		expect(stderr).toContain("the registry wants to know who asks");
		expect(stderr).toContain("Nothing was changed");
		expect(registry.restarts()).toBe(0);
	});

	test("two at once: the second is told who is at it; Ctrl-C puts back what was begun", async () => {
		const { registry, flags } = await single();
		const before = readFileSync(registry.configFile);
		registry.let("hangs");
		const first = await startProgram([
			...["readonly", "on", ...flags, "--yes"],
		]);
		await registry.hanging;
		expect(readFileSync(registry.configFile)).not.toEqual(before);
		const second = await run(4, "readonly", "on", ...flags, "--yes");
		expect(second.stderr).toContain(
			`Somebody else is changing this registry: process ${first.child.pid} on `,
		);
		const seen = await run(3, "readonly", "status", ...flags);
		expect(seen.stdout).toContain(
			`It is being changed at this time: process ${first.child.pid} on `,
		);
		registry.let("restarts" satisfies RestartBehaviour);
		first.child.kill("SIGINT");
		const { exitCode, stderr } = await finished(first);
		expect(stderr).toContain("is as it was found: writable.\nInterrupted.");
		expect(exitCode).toBe(130);
		expect(readFileSync(registry.configFile)).toEqual(before);
		expect(await stateOf(registry)).toBe("writable");
	});

	test("killed in the middle: it is known what was found, and readonly off brings it back", async () => {
		const { registry, flags } = await single();
		const before = readFileSync(registry.configFile);
		registry.let("hangs");
		const first = await startProgram([
			...["readonly", "on", ...flags, "--yes"],
		]);
		await registry.hanging;
		first.child.kill("SIGKILL");
		await first.ended;
		const seen = await run(3, "readonly", "status", ...flags);
		expect(seen.stdout).toContain("has not ended well on every node");
		registry.let("restarts");
		await run(0, "readonly", "off", ...flags, "--yes");
		expect(readFileSync(registry.configFile)).toEqual(before);
		expect(await stateOf(registry)).toBe("writable");
	});

	test("killed in the middle: readonly on goes on", async () => {
		const { registry, flags } = await single();
		registry.let("hangs");
		const first = await startProgram([
			...["readonly", "on", ...flags, "--yes"],
		]);
		await registry.hanging;
		first.child.kill("SIGKILL");
		await first.ended;
		registry.let("restarts");
		await run(0, "readonly", "on", ...flags, "--yes");
		expect(await stateOf(registry)).toBe("read-only");
		const status = await run(0, "readonly", "status", ...flags, "--json");
		expect(JSON.parse(status.stdout)).toMatchObject({
			nodes: [{ found: "writable" }],
		});
	});

	test("what somebody else writes into the configuration meanwhile is kept", async () => {
		const { registry, flags } = await single();
		const before = readFileSync(registry.configFile, "utf8");
		await run(0, "readonly", "on", ...flags, "--yes");
		const now = readFileSync(registry.configFile, "utf8");
		writeFileSync(registry.configFile, `${now}# added by somebody\n`);
		await run(0, "readonly", "off", ...flags, "--yes");
		expect(readFileSync(registry.configFile, "utf8")).toBe(
			`${before}# added by somebody\n`,
		);
		expect(await stateOf(registry)).toBe("writable");
	});

	test("a configuration that cannot be read is told, and nothing is changed", async () => {
		const { registry, flags } = await single();
		writeFileSync(registry.configFile, "storage: [");
		const { stderr } = await run(
			1,
			...["readonly", "on", ...flags, "--yes"],
			...["--registry-url", registry.url],
		);
		expect(stderr).toContain("it is not YAML");
		expect(registry.restarts()).toBe(0);
	});
});
