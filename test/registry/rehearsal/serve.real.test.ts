import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { requireTool } from "../../../scripts/services/find-tool.ts";
import { localHost } from "../../../src/registry/host/local-host.ts";
import {
	ServeError,
	type Serving,
	serveRegistry,
} from "../../../src/registry/rehearsal/serve.ts";
import { servedEnvironment } from "../../../src/registry/rehearsal/served-environment.ts";
import { hasTools } from "../../support/services.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const NOBODY = { uid: "65534", gid: "65533", groups: "4,27" };

let serving: Serving;
beforeEach(async () => {
	if (!hasTools("registry-3")) return;
	const { path: program } = await requireTool("registry-3");
	serving = {
		program,
		user: undefined,
		environment: servedEnvironment(new Map([["MINE", `it's ${randomUUID()}`]])),
		storage: {
			driver: "filesystem",
			parameters: { rootdirectory: temporaryFolder() },
		},
		isReadOnly: true,
		redirectDisabled: false,
		isGitLab: false,
	};
});

/** The folders that are written for the registry of the test. */
function folders(): readonly string[] {
	return readdirSync("/dev/shm")
		.map((name) => join("/dev/shm", name))
		.filter((folder) => {
			try {
				const text = readFileSync(join(folder, "environment"), "utf8");
				return text === serving.environment;
			} catch {
				// Something else's, or removed meanwhile.
				return false;
			}
		});
}

/** The process that was started with the configuration in a folder. */
function processOf(folder: string): string {
	const found = readdirSync("/proc").find((pid) => {
		if (!/^\d+$/.test(pid)) return false;
		try {
			const line = readFileSync(`/proc/${pid}/cmdline`, "utf8");
			return line.endsWith(`\0serve\0${folder}/config.yml\0`);
		} catch {
			// It has ended meanwhile.
			return false;
		}
	});
	if (found === undefined) throw new Error("it does not run");
	return `/proc/${found}`;
}

describe.skipIf(!hasTools("registry-3"))("a registry for a rehearsal", () => {
	const asRoot = test.skipIf(process.getuid?.() !== 0);

	asRoot("runs as its user, who alone can read what is written", async () => {
		const served = await serveRegistry(localHost, {
			...serving,
			user: NOBODY,
		});
		const [folder = "", ...others] = folders();
		expect(others).toEqual([]);
		const status = readFileSync(`${processOf(folder)}/status`, "utf8");
		expect(status).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
		expect(status).toMatch(/^Gid:\t65533\t65533\t65533\t65533$/m);
		expect(status).toMatch(/^Groups:\t4 27 $/m);
		const environment = readFileSync(`${processOf(folder)}/environ`, "utf8");
		expect(environment.split("\0").sort()).toEqual([
			"",
			"HOME=/",
			expect.stringMatching(/^MINE=it's /),
			"OTEL_TRACES_EXPORTER=none",
			expect.stringContaining("PATH=/usr/local/sbin"),
			expect.stringMatching(/^PWD=/),
		]);
		const modes = ["", "config.yml", "environment", "log"].map((name) => {
			const { mode, uid } = statSync(join(folder, name));
			return [name, (mode & 0o777).toString(8), uid];
		});
		expect(modes).toEqual([
			["", "711", 0],
			["config.yml", "600", 65534],
			["environment", "600", 0],
			["log", "600", 0],
		]);
		await served.stop();
		expect(folders()).toEqual([]);
	});

	test("answers only below its own path", async () => {
		await using served = await serveRegistry(localHost, serving);
		const { origin } = served.client;
		expect((await fetch(`${origin}/v2/`)).status).toBe(404);
		const { status } = await served.client.request({
			method: "GET",
			path: "/v2/",
			scope: "",
		});
		expect(status).toBe(200);
	});

	test("that does not start says why, and leaves nothing", async () => {
		const storage = { driver: "s3", parameters: { bucket: "reg" } };
		const error = await serveRegistry(localHost, { ...serving, storage }).then(
			() => undefined,
			(reason: unknown) => reason,
		);
		expect(error).toBeInstanceOf(ServeError);
		expect(error).toMatchObject({
			code: "failed",
			message: `${serving.program} on this machine ended before it answered`,
			log: expect.stringContaining("region"),
		});
		expect(folders()).toEqual([]);
	});

	test("is ended when it is given up before it answers", async () => {
		const controller = new AbortController();
		const starting = serveRegistry(localHost, serving, {
			signal: controller.signal,
		});
		controller.abort(new Error("given up"));
		await expect(starting).rejects.toThrow("given up");
		expect(folders()).toEqual([]);
	});
});
