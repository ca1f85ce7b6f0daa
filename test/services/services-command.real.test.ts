import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { processesOf } from "../../scripts/services/process-group.ts";
import { endProcess } from "../../scripts/services/process-identity.ts";
import { temporaryFolder } from "../e2e/temporary-folder.ts";
import { hasTools, services } from "../support/services.ts";

const MAIN = fileURLToPath(
	new URL("../../scripts/services/main.ts", import.meta.url),
);

/** `npm run services` on a machine of its own: an empty cache, and a PATH that holds what it is given. */
async function machine(programs: Readonly<Record<string, string>> = {}) {
	const folder = await temporaryFolder();
	const bin = join(folder, "bin");
	mkdirSync(bin);
	for (const [name, path] of Object.entries(programs))
		symlinkSync(path, join(bin, name));
	const cache = join(folder, "cache");
	const state = join(cache, "state.json");
	const launch = (verb: string) =>
		spawn(process.execPath, [MAIN, verb], {
			stdio: ["ignore", "pipe", "pipe"],
			env: { PATH: bin, REGMIGRATE_SERVICES_CACHE: cache, TMPDIR: folder },
		});
	const run = async (verb: string) => {
		const child = launch(verb);
		const output = await Promise.all([
			text(child.stdout),
			text(child.stderr),
			once(child, "close"),
		]);
		return { exitCode: child.exitCode, output: output.slice(0, 2).join("") };
	};
	const groupFolder = () =>
		/"folder": "(.*)"/.exec(readFileSync(state, "utf8"))?.[1] ?? "";
	onTestFinished(async () => {
		if (existsSync(state))
			for (const member of processesOf(groupFolder())) await endProcess(member);
	});
	return { launch, run, state, groupFolder };
}

/** A start that has just started its first server, and has not noted it yet. */
async function underWay({ launch, state, groupFolder }: Machine) {
	const starter = launch("start");
	onTestFinished(() => void starter.kill("SIGKILL"));
	while (!existsSync(state) || processesOf(groupFolder()).length === 0) {
		expect(starter.exitCode).toBeNull();
		await sleep(5);
	}
	starter.kill("SIGSTOP");
	return { starter, group: groupFolder() };
}

type Machine = Awaited<ReturnType<typeof machine>>;

test("services › are started once, told of, and ended with everything that they kept", async () => {
	const { run, state, groupFolder } = await machine();
	const started = await run("start");
	expect(started).toMatchObject({ exitCode: 0 });
	expect(started.output).toMatch(/bucket 's3:\/\/registry\?endpoint=http/);
	const group = groupFolder();
	const again = await run("start");
	expect(again.exitCode).toBe(0);
	expect(again.output).toMatch(/^Already running:\n/);
	expect(await run("status")).toEqual({
		exitCode: 0,
		output: again.output.replace("Already running:\n", ""),
	});
	expect(processesOf(group)).toHaveLength(1);
	expect(await run("stop")).toEqual({
		exitCode: 0,
		output: "Servers ended: 1\n",
	});
	expect(processesOf(group)).toEqual([]);
	expect([group, state].filter(existsSync)).toEqual([]);
	expect(await run("stop")).toEqual({
		exitCode: 0,
		output: "Servers ended: 0\n",
	});
	expect(await run("status")).toMatchObject({ exitCode: 1 });
});

test.skipIf(!hasTools("registry-2"))(
	"services › say which of them has ended on its own",
	async () => {
		const registry = services().found.find(({ name }) => name === "registry-2");
		const { run } = await machine({ "docker-registry": registry?.path ?? "" });
		const { output } = await run("start");
		const pid = Number(
			/docker-registry .* \(process (\d+)\)/.exec(output)?.[1],
		);
		process.kill(pid, "SIGKILL");
		for (const verb of ["status", "start"]) {
			const told = await run(verb);
			expect(told.exitCode).toBe(1);
			expect(told.output).toContain(`(process ${pid}, has ended)`);
			expect(told.output).toContain("Not all run");
		}
		expect((await run("stop")).output).toBe("Servers ended: 1\n");
	},
);

test("services › stop ends also what a killed start had no time to note", async () => {
	const own = await machine();
	const { starter, group } = await underWay(own);
	starter.kill("SIGKILL");
	await once(starter, "close");
	expect((await own.run("stop")).output).toBe("Servers ended: 1\n");
	expect(processesOf(group)).toEqual([]);
	expect(existsSync(group)).toBe(false);
});

test("services › leave nothing when their start is interrupted", async () => {
	const own = await machine();
	const { starter, group } = await underWay(own);
	starter.kill("SIGINT");
	starter.kill("SIGCONT");
	await once(starter, "close");
	expect(starter.signalCode).toBe("SIGINT");
	await expect.poll(() => processesOf(group)).toEqual([]);
	expect([group, own.state].filter(existsSync)).toEqual([]);
});

test.for(["start", "status", "stop"])(
	"services › %s keeps away from a start that is under way",
	async (verb) => {
		const own = await machine();
		const { starter, group } = await underWay(own);
		expect(await own.run(verb)).toEqual({
			exitCode: 1,
			output: `Servers are being started by process ${starter.pid}; wait for it, or end it\n`,
		});
		starter.kill("SIGCONT");
		await once(starter, "close");
		expect(starter.exitCode).toBe(0);
		expect(processesOf(group)).toHaveLength(1);
		await own.run("stop");
	},
);
