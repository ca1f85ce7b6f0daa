import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
	chmodSync,
	copyFileSync,
	lstatSync,
	mkdirSync,
	readFileSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { requireTool } from "../../scripts/services/find-tool.ts";
import { startServer } from "../../scripts/services/server-process.ts";
import {
	fenceSource,
	unfenceSource,
} from "../../src/cutover/fence/fence-source.ts";
import type { WorldEvent } from "../../src/cutover/world.ts";
import { openStore } from "../../src/store/open.ts";
import { canRunAs } from "../support/program.ts";
import { hasTools } from "../support/services.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Nobody has this id. */
const USER = 54_321;

const isRoot = process.getuid?.() === 0;

/** Starts a registry on a directory, as a node that comes up with its configuration of before; it ends with the test. */
async function start(folder: string, version: "3" | "2", user: number) {
	const tool = await requireTool(`registry-${version}`);
	// Where another user may run it.
	const program = join(folder, "program");
	copyFileSync(tool.path, program);
	chmodSync(program, 0o755);
	const config = join(folder, "config.json");
	const storage = {
		filesystem: { rootdirectory: join(folder, "registry") },
		delete: { enabled: true },
	};
	const http = { addr: "127.0.0.1:0", secret: "regmigrate-test" };
	const log = { level: "info" };
	writeFileSync(config, JSON.stringify({ version: 0.1, log, storage, http }));
	const as = ["--reuid", user, "--regid", user, "--clear-groups"].map(String);
	const command = [program, "serve", config];
	const [first = "", ...rest] =
		user === 0 ? command : ["setpriv", ...as, ...command];
	const server = await startServer({
		product: tool.product,
		command: first,
		arguments: rest,
		environment: { OTEL_TRACES_EXPORTER: "none" },
		logFile: join(folder, "registry.log"),
		port: /listening on 127\.0\.0\.1:(\d+)/,
		readyPath: "/v2/",
	});
	onTestFinished(server.stop);
	return { url: `http://127.0.0.1:${server.port}`, stop: server.stop };
}

/** The status that a request is answered with, and where it leads. */
async function ask(method: string, url: string, body?: string, type?: string) {
	const response = await fetch(url, {
		method,
		body: body ?? null,
		headers: {
			accept: OCI,
			...(type === undefined ? {} : { "content-type": type }),
		},
	});
	await response.arrayBuffer();
	const location = response.headers.get("location");
	return {
		status: response.status,
		location: location === null ? "" : new URL(location, url).href,
	};
}

const OCI = "application/vnd.oci.image.manifest.v1+json";
const digestOf = (text: string) =>
	`sha256:${createHash("sha256").update(text).digest("hex")}`;

/** A manifest whose only blob is an empty object; the note tells one from another. */
function manifest(note: string): string {
	const config = {
		mediaType: "application/vnd.oci.image.config.v1+json",
		digest: digestOf("{}"),
		size: 2,
	};
	return JSON.stringify({
		...{ schemaVersion: 2, mediaType: OCI, config, layers: [] },
		annotations: { note },
	});
}

/** Every write that a client can ask for, with the status of each. `upload` was begun before. */
async function writes(url: string, upload: string) {
	const repository = `${url}/v2/team/app`;
	const { status: begun } = await ask("POST", `${repository}/blobs/uploads/`);
	const at = new URL(upload);
	const resumed = await ask(
		...(["PATCH", `${url}${at.pathname}${at.search}`, "more"] as const),
		"application/octet-stream",
	);
	const put = async (tag: string, note: string) =>
		(await ask("PUT", `${repository}/manifests/${tag}`, manifest(note), OCI))
			.status;
	return {
		begun,
		resumed: resumed.status,
		pushed: await put("new", "new"),
		retagged: await put("v1", "v2"),
		deleted: (
			await ask("DELETE", `${repository}/manifests/${digestOf(manifest("v3"))}`)
		).status,
	};
}

/** Every name in a folder, with mode, owner, times of change, flags and content. */
function tree(root: string): ReadonlyMap<string, string> {
	const names = spawnSync("find", [root, "-print0"]).stdout.toString();
	const paths = names.split("\0").slice(0, -1).sort();
	const flags = spawnSync("lsattr", ["-d", ...paths]).stdout.toString();
	return new Map(
		paths.map((path, index) => {
			const { mode, uid, gid, mtimeMs } = lstatSync(path);
			const content = lstatSync(path).isFile() ? readFileSync(path) : "";
			const flag = flags.split("\n")[index]?.split(" ")[0];
			return [
				path,
				`${mode.toString(8)} ${uid}:${gid} ${mtimeMs} ${flag} ${content}`,
			];
		}),
	);
}

/** Without what a fence changes. */
function contents(root: string): ReadonlyMap<string, string> {
	return new Map(
		[...tree(root)].map(([path, line]) => {
			const [, owner, time, , ...content] = line.split(" ");
			return [path, [owner, time, ...content].join(" ")];
		}),
	);
}

const users = isRoot ? [0, USER] : [process.getuid?.() ?? -1];

describe.each(["3", "2"] as const)("a registry of version %s", (version) => {
	const cannot = !hasTools(`registry-${version}`) || !canRunAs(USER);

	test.skipIf(isRoot && cannot).each(users)(
		"that comes up on the fenced source as user %i writes nothing there, and after that is undone it does",
		async (user) => {
			const folder = await temporaryFolder();
			chmodSync(folder, 0o755);
			const root = join(folder, "registry");
			mkdirSync(root);
			if (isRoot) spawnSync("chown", [`${user}:${user}`, root]);
			const first = await start(folder, version, user);
			const repository = `${first.url}/v2/team/app`;
			const blob = await ask("POST", `${repository}/blobs/uploads/`);
			const sign = blob.location.includes("?") ? "&" : "?";
			await ask(
				...([
					"PUT",
					`${blob.location}${sign}digest=${digestOf("{}")}`,
				] as const),
				"{}",
			);
			for (const tag of ["v1", "v2", "v3"]) {
				const at = `${repository}/manifests/${tag}`;
				expect((await ask("PUT", at, manifest(tag), OCI)).status).toBe(201);
			}
			const begun = await ask("POST", `${repository}/blobs/uploads/`);
			const upload = await ask(
				...(["PATCH", begun.location, "part"] as const),
				"application/octet-stream",
			);
			await first.stop();
			const before = tree(root);
			const held = contents(root);

			const events: WorldEvent[] = [];
			await using source = await openStore(new URL(`file://${root}`));
			const world = {
				source,
				fencePath: join(folder, "state/fence"),
				observe: (event: WorldEvent) => void events.push(event),
			};
			await fenceSource(world, {});
			expect(tree(root)).not.toEqual(before);
			expect(contents(root)).toEqual(held);
			const fenced = events.find(({ type }) => type === "fenced");
			const holdsForRoot =
				isRoot && !events.some(({ type }) => type === "note");
			expect(fenced).toMatchObject({
				refused: [
					...(holdsForRoot ? ["root"] : []),
					...(user === 0 ? [] : [`user ${user}`]),
				],
			});
			if (user !== 0 || holdsForRoot) {
				const forgotten = await start(folder, version, user);
				const tried = await writes(forgotten.url, upload.location);
				for (const [what, status] of Object.entries(tried))
					expect(status, what).toBeGreaterThanOrEqual(400);
				const pull = `${forgotten.url}/v2/team/app/manifests/v1`;
				expect((await ask("GET", pull)).status).toBe(200);
				await forgotten.stop();
				expect(contents(root)).toEqual(held);
			}

			await unfenceSource(world, {});
			expect(tree(root)).toEqual(before);
			const again = await start(folder, version, user);
			const tried = await writes(again.url, upload.location);
			expect(tried).toMatchObject({
				...{ begun: 202, resumed: 202, pushed: 201, retagged: 201 },
				deleted: 202,
			});
		},
	);
});
