import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FaultyServer } from "../support/faulty-server.ts";
import { hasTools, services } from "../support/services.ts";
import { minioClient, s3Contents } from "./independent-readers.ts";
import {
	expectAsBefore,
	expectOnTarget,
	type InstalledRegistry,
	installed,
	push,
	run,
} from "./installed-registry.ts";
import { startProgram } from "./program.ts";

const ahead = test.skipIf(!hasTools("registry-3", "minio"));

/** The words of a cutover with a rehearsal. */
const rehearsing = ({ words }: InstalledRegistry) =>
	words.filter((word) => word !== "--no-rehearse");

/** What a rehearsal has left at the target. */
async function scratchOf({ bucket }: InstalledRegistry) {
	const keys = await s3Contents(minioClient(services().s3), bucket, "");
	return [...keys.keys()].filter((key) => key.includes("rehearsal"));
}

/** Proves that no window was opened. */
async function expectUntouched(at: InstalledRegistry) {
	expect(at.registry.restarts()).toBe(0);
	await expectAsBefore(at);
}

ahead(
	"a target that refuses the first push in parts is found out before the window",
	async () => {
		await using front = await FaultyServer.start(services().s3.endpoint);
		const body = Buffer.from(
			"<Error><Code>NotImplemented</Code><Message>No uploads in parts here</Message></Error>",
		);
		const headers = { "content-type": "application/xml" };
		front.follow(({ method, query }) =>
			method === "POST" && query.has("uploads")
				? { answers: { status: 501, headers, body } }
				: undefined,
		);
		const at = await installed("3");
		const { stdout, stderr } = await run(
			4,
			...[...rehearsing(at), "--registry-endpoint", front.origin],
		);
		expect(stdout).toContain("== rehearse");
		expect(stdout).not.toContain("== catch up");
		expect(stderr).toContain("tried on the target, failed");
		expect(stderr).toContain("It is in use as before");
		expect(stderr).toMatch(/multipart/);
		expect(await scratchOf(at)).toEqual([]);
		await expectUntouched(at);
	},
);

ahead(
	"Ctrl-C in the rehearsal leaves nothing at the target, and changes nothing",
	async () => {
		const at = await installed("3");
		const program = await startProgram(rehearsing(at));
		program.stdout.setEncoding("utf8");
		let text = "";
		for await (const chunk of program.stdout) {
			text += String(chunk);
			if (text.includes("Copied ")) break;
		}
		program.child.kill("SIGINT");
		const { exitCode } = await program.ended;
		expect(exitCode).toBe(130);
		expect(await scratchOf(at)).toEqual([]);
		await expectUntouched(at);
	},
);

ahead(
	"a collection of much of it the day before is refused by name of the flag, and carried out with it",
	async () => {
		const at = await installed("3");
		for (const name of ["old/one", "old/two", "old/three"])
			await push(at.registry, name, "latest");
		const { storage } = at.registry;
		const state = at.node.slice(-2);
		await run(0, "sync", storage, at.target, ...state);
		const old = "docker/registry/v2/repositories/old";
		rmSync(join(storage, old), { recursive: true });
		const { stderr } = await run(4, ...at.words);
		expect(stderr).toMatch(/would be deleted/);
		expect(stderr).toContain("It is in use as before");
		const [, allowed = ""] = /--max-delete (\d+)/.exec(stderr) ?? [];
		await expectUntouched(at);

		const { stdout } = await run(0, ...at.words, "--max-delete", allowed);
		expect(stdout).toMatch(/The last pass is to delete \d+ objects/);
		expect(stdout).toContain("old/three (");
		expect(stdout).toContain("were expected. Step by step:");
		const keys = await s3Contents(minioClient(services().s3), at.bucket, "");
		expect([...keys.keys()].filter((key) => key.includes("/old/"))).toEqual([]);
		await expectOnTarget(at);
	},
);

ahead("a window that cannot be kept to is not opened", async () => {
	const at = await installed("3");
	const { stderr } = await run(4, ...at.words, "--max-window", "5s");
	expect(stderr).toMatch(/expected to be refused for \d+ s/);
	expect(stderr).toMatch(/--max-window \d+s/);
	await expectUntouched(at);
});
