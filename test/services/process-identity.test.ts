import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import {
	endProcess,
	identifyProcess,
	isRunning,
} from "../../scripts/services/process-identity.ts";

async function sleepingProcess() {
	const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
		stdio: "ignore",
	});
	onTestFinished(() => void child.kill("SIGKILL"));
	await once(child, "spawn");
	const identity = identifyProcess(child.pid ?? 0);
	if (identity === undefined)
		throw new Error("the process that was just started is not there");
	return { child, identity };
}

test("endProcess › ends the process that it was told of, and says so", async () => {
	const { child, identity } = await sleepingProcess();
	const exited = once(child, "exit");
	expect(await endProcess(identity)).toBe(true);
	expect(await exited).toEqual([null, "SIGTERM"]);
	expect(await endProcess(identity)).toBe(false);
});

test("endProcess › leaves a process alone that has the same id and another start time", async () => {
	const { child, identity } = await sleepingProcess();
	expect(
		await endProcess({
			pid: identity.pid,
			startTime: `${identity.startTime}0`,
		}),
	).toBe(false);
	expect(child.signalCode).toBeNull();
	expect(isRunning(identity)).toBe(true);
});

test("endProcess › uses SIGKILL on a process that ignores SIGTERM", async () => {
	const script =
		"process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); process.send('ready')";
	const child = spawn(process.execPath, ["-e", script], {
		stdio: ["ignore", "ignore", "ignore", "ipc"],
	});
	onTestFinished(() => void child.kill("SIGKILL"));
	await once(child, "message");
	const exited = once(child, "exit");
	const identity = identifyProcess(child.pid ?? 0);
	expect(identity).toBeDefined();
	if (identity !== undefined)
		expect(await endProcess(identity, { graceMs: 100 })).toBe(true);
	expect(await exited).toEqual([null, "SIGKILL"]);
});

test.for([0, -1, 1.5, Number.NaN])(
	"identifyProcess › knows no process %d",
	async (pid) => {
		expect(identifyProcess(pid)).toBeUndefined();
	},
);
