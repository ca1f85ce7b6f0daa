import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import {
	type Collector,
	collectorOf,
} from "../../../src/registry/collector/run-collector.ts";
import { localHost } from "../../../src/registry/host/local-host.ts";
import { viaHost } from "../../../src/registry/host/via-host.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

function collector(
	script: string,
	{ host = localHost, pid }: { host?: typeof localHost; pid?: string } = {},
): Collector {
	return collectorOf(
		{
			host,
			command: ["sh", "-c", script],
			environmentOf: async () => pid,
			shown: "registry garbage-collect config.yml",
		},
		30_000,
	);
}

/** What a process runs; "" when it has ended. */
function commandOf(pid: string): string {
	const file = `/proc/${pid.trim()}/cmdline`;
	return existsSync(file) ? readFileSync(file, "utf8") : "";
}

describe("a collector", () => {
	test("is run, and its exit code known", async () => {
		const end = await collector("echo 'all is lost' >&2; exit 3").run({});
		expect(end).toMatchObject({ exitCode: 3, said: ["all is lost"] });
	});

	test("has the environment of the registry's process, which goes through no command line (I7)", async () => {
		const value = String.raw`it's "quoted" $HOME ${"`"}date${"`"} \n`;
		const file = join(temporaryFolder(), "environment");
		const registry = spawn("sleep", ["60"], {
			stdio: "ignore",
			env: { ...process.env, REGISTRY_TEST: value },
		});
		try {
			await collector(
				`printf %s "$REGISTRY_TEST" >'${file}'; cat "/proc/$PPID/cmdline" >'${file}.line'`,
				{ pid: String(registry.pid) },
			).run({});
			expect(readFileSync(file, "utf8")).toBe(value);
			expect(readFileSync(`${file}.line`, "utf8")).not.toContain("quoted");
		} finally {
			registry.kill();
		}
	});

	test("whose registry has gone meanwhile is not run", async () => {
		await expect(
			collector("exit 0", { pid: "999999999" }).run({}),
		).rejects.toMatchObject({ code: "failed" });
	});

	test("that an ssh has left running is found and ended", async () => {
		const file = join(temporaryFolder(), "pid");
		// It goes on when who started it is ended.
		const host = viaHost(localHost, ["setsid", "--fork", "--wait"]);
		const left = collector(`echo $$ >'${file}'; while :; do sleep 0.2; done`, {
			host,
		});
		const cancelled = new AbortController();
		const outcome = left
			.run({ signal: cancelled.signal })
			.catch((error: unknown) => error);
		while (!existsSync(file)) await sleep(10);
		cancelled.abort(new Error("Ctrl-C"));
		expect(await outcome).toEqual(new Error("Ctrl-C"));
		const pid = readFileSync(file, "utf8");
		expect(commandOf(pid)).not.toBe("");
		await left.end();
		expect(commandOf(pid)).toBe("");
	});
});
