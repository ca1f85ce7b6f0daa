import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Host } from "../../../src/registry/host/host.ts";
import { openHost } from "../../../src/registry/host/open-host.ts";
import { putProgramOnPath, putSshOnPath } from "../support/program-on-path.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

interface Place {
	readonly name: string;
	readonly open: () => Host;
}

const PLACES: readonly Place[] = [
	{ name: "this machine", open: () => openHost({}) },
	{
		name: "root@registry-2",
		open: () => {
			putSshOnPath();
			return openHost({ ssh: "root@registry-2" });
		},
	},
	{
		name: "env -u NOTHING",
		open: () => openHost({ via: ["env", "-u", "NOTHING"] }),
	},
	{
		name: "env -u NOTHING on root@registry-2",
		open: () => {
			putSshOnPath();
			return openHost({
				ssh: "root@registry-2",
				via: ["env", "-u", "NOTHING"],
			});
		},
	},
];

describe.each(PLACES)("a command on $name", ({ name, open }) => {
	test("gets its words and its input, and gives its output and its exit code", async () => {
		const host = open();
		expect(host.name).toBe(name);
		const script = 'cat; printf "<%s>" "$@"; echo trouble >&2; exit 3';
		const result = await host.run(
			["sh", "-c", script, "sh", "a  b", "it's", "$HOME", "", "*"],
			{ input: "fed " },
		);
		expect(result.stdout.toString()).toBe("fed <a  b><it's><$HOME><><*>");
		expect(result.stderr).toBe("trouble\n");
		expect(result.code).toBe(3);
	});

	test("reads nothing unless it is given something", async () => {
		const { stdout } = await open().run(["cat"]);
		expect(stdout.toString()).toBe("");
	});

	test("is refused when the program is not there", async () => {
		const run = open().run(["no-such-program-of-ours", "x"]);
		await expect(run).rejects.toMatchObject({ code: "not-found" });
		await expect(run).rejects.toThrow("no-such-program-of-ours");
	});

	test("may be given longer than a timer can run", async () => {
		const { code } = await open().run(["sleep", "0.01"], {
			timeoutMs: 2 ** 40,
		});
		expect(code).toBe(0);
	});

	test("is a result when something in its script is not there", async () => {
		const { code } = await open().run(["sh", "-c", "no-such-program-of-ours"]);
		expect(code).toBe(127);
	});
});

test("only this machine's loopback is ours, also as another user", () => {
	const isLocal = (...descriptions: Parameters<typeof openHost>) =>
		openHost(...descriptions).isLocal;
	expect(isLocal({})).toBe(true);
	expect(isLocal({ via: [] })).toBe(true);
	expect(isLocal({ via: ["sudo", "-n"] })).toBe(true);
	expect(isLocal({ via: ["docker", "exec", "-i", "gitlab"] })).toBe(false);
	expect(isLocal({ ssh: "registry-2" })).toBe(false);
	expect(isLocal({ ssh: "registry-2", via: ["sudo"] })).toBe(false);
});

describe("ssh", () => {
	test("is asked for nothing that a person would have to type", async () => {
		const folder = putSshOnPath();
		await openHost({ ssh: "root@registry-2" }).run(["echo", "it's"]);
		expect(readFileSync(join(folder, "calls"), "utf8")).toBe(
			"-o BatchMode=yes -- root@registry-2 echo 'it'\\''s'\n",
		);
	});

	test("that does not get through says that the host cannot be reached, and why", async () => {
		putSshOnPath();
		const run = openHost({ ssh: "nowhere" }).run(["true"]);
		await expect(run).rejects.toMatchObject({ code: "unreachable" });
		await expect(run).rejects.toThrow(
			"Cannot reach nowhere by ssh: ssh: connect to host nowhere port 22: No route to host",
		);
	});

	test("takes no option for a destination", () => {
		expect(() => openHost({ ssh: "-oProxyCommand=true" })).toThrow(
			"is no destination of ssh",
		);
	});
});

describe("a command that does not end", () => {
	/** Starts another process that would write a file after the program was ended. */
	function lingering(folder: string): readonly [string, ...string[]] {
		const script = `(sleep 0.4; echo late >'${folder}/late') & echo "$$" >'${folder}/pid'; sleep 60`;
		return ["sh", "-c", script];
	}

	async function expectEnded(folder: string): Promise<void> {
		const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
		expect(() => process.kill(pid, 0)).toThrow("ESRCH");
		await expect.poll(() => runningOf(pid)).toBe(0);
	}

	test("is ended with all that it started when it takes too long", async () => {
		const folder = temporaryFolder();
		const run = openHost({}).run(lingering(folder), { timeoutMs: 80 });
		await expect(run).rejects.toMatchObject({ code: "timed-out" });
		await expect(run).rejects.toThrow(
			"sh on this machine took longer than 0.08 s, and was ended",
		);
		await expectEnded(folder);
	});

	test("is ended likewise when it is cancelled, and the reason passed on", async () => {
		const folder = temporaryFolder();
		const controller = new AbortController();
		const run = openHost({}).run(lingering(folder), {
			signal: controller.signal,
		});
		const reason = new Error("Ctrl-C");
		void sleep(80).then(() => controller.abort(reason));
		await expect(run).rejects.toBe(reason);
		await expectEnded(folder);
	});

	test("is not started when it is cancelled before", async () => {
		const signal = AbortSignal.abort(new Error("Ctrl-C"));
		const folder = temporaryFolder();
		const command = lingering(folder);
		await expect(openHost({}).run(command, { signal })).rejects.toThrow(
			"Ctrl-C",
		);
		expect(() => readFileSync(join(folder, "pid"))).toThrow("ENOENT");
	});
});

test("what a command leaves running does not hold it up, and goes on", async () => {
	const { code, stdout } = await openHost({}).run([
		"sh",
		"-c",
		"sleep 30 & echo $!",
	]);
	const pid = Number(stdout.toString());
	expect(code).toBe(0);
	process.kill(pid, "SIGKILL");
});

test("a command that prints without end is ended", async () => {
	const run = openHost({}).run(["sh", "-c", "yes"]);
	await expect(run).rejects.toMatchObject({ code: "failed" });
	await expect(run).rejects.toThrow("printed more than 16777216 bytes");
});

test("of what a command says of its troubles the end is kept", async () => {
	const { stderr } = await openHost({}).run([
		"sh",
		"-c",
		"yes trouble | head -c 200000 >&2; echo end >&2",
	]);
	expect(stderr.length).toBe(64 * 1024);
	expect(stderr).toMatch(/trouble\nend\n$/);
});

test("a program that a signal ends has no exit code", async () => {
	const { code } = await openHost({}).run(["sh", "-c", "kill -9 $$"]);
	expect(code).toBeUndefined();
});

test.each(["INT", "HUP", "QUIT"])(
	"a program that SIG%s ends before it has begun is started once more: Ctrl-C, or a lost terminal, was not meant for it",
	async (signal) => {
		const seen = join(temporaryFolder(), "seen");
		const script = `[ -e "$1" ] || { : >"$1"; kill -${signal} $$; }; echo begun`;
		const run = openHost({}).run(["sh", "-c", script, "sh", seen]);
		expect(await run).toMatchObject({
			code: 0,
			stdout: Buffer.from("begun\n"),
		});
	},
);

test("a command that does not read what it is given is judged by its exit code", async () => {
	const input = Buffer.alloc(1_000_000);
	const { code } = await openHost({}).run(["true"], { input });
	expect(code).toBe(0);
});

test("a program that may not be run is said to be so", async () => {
	const folder = putProgramOnPath("some-program", "");
	await expect(openHost({}).run([folder])).rejects.toMatchObject({
		code: "permission-denied",
	});
});

/** How many processes of a group run; those that have ended, and nobody has asked how, do not. */
function runningOf(group: number): number {
	const states = readdirSync("/proc").map((name) => {
		try {
			const fields = readFileSync(`/proc/${name}/stat`, "utf8").split(") ")[1];
			const [state, , id] = fields?.split(" ") ?? [];
			return Number(id) === group && state !== "Z";
		} catch {
			return false;
		}
	});
	return states.filter((isRunning) => isRunning).length;
}
