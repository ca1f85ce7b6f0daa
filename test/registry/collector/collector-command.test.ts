import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import {
	type CollectorWishes,
	findCollector,
} from "../../../src/registry/collector/collector-command.ts";
import type { HooksDescription } from "../../../src/registry/description.ts";
import { localHost } from "../../../src/registry/host/local-host.ts";
import type { RegistryNode } from "../../../src/registry/node.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const PLAIN: CollectorWishes = { isDryRun: false, deletesUntagged: false };
const ALL: CollectorWishes = { isDryRun: true, deletesUntagged: true };

const COMMON = { name: "a", url: new URL("http://127.0.0.1:5000") };

/** A node of which only the host is asked. */
const NODE: RegistryNode = {
	...COMMON,
	host: localHost,
	settings: async () => undefined,
	change: () => Promise.reject(new Error("nothing is changed")),
	undo: () => Promise.reject(new Error("nothing is changed")),
	accept: () => Promise.reject(new Error("nothing is changed")),
	restore: () => Promise.reject(new Error("nothing is changed")),
	instances: async () => [],
	remaining: async () => [],
};

/** Writes a program of a shell script. */
function program(path: string, script: string): string {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, `#!/bin/sh\n${script}\n`);
	chmodSync(path, 0o755);
	return path;
}

describe("Distribution", () => {
	const described = (path: string | undefined) => ({
		kind: "distribution" as const,
		nodes: [
			{
				...COMMON,
				configuration: "/etc/docker/registry/config.yml",
				restart: "true",
				program: path,
			},
		],
	});

	test("is collected by the program that is described, with the flags that all versions take", async () => {
		const path = program(
			join(temporaryFolder(), "docker-registry"),
			"echo registry github.com/docker/distribution v2.8.2+ds1",
		);
		const { command, shown, version } = await findCollector(
			described(path),
			NODE,
			ALL,
			{},
		);
		expect(command).toEqual([
			path,
			...["garbage-collect", "--dry-run", "--delete-untagged"],
			"/etc/docker/registry/config.yml",
		]);
		expect(shown).toBe(command.join(" "));
		expect(version).toEqual({ product: "distribution", version: "2.8.2+ds1" });
	});

	test("is refused when its program is not known", async () => {
		await expect(
			findCollector(described(undefined), NODE, PLAIN, {}),
		).rejects.toMatchObject({
			code: "refused",
			message: expect.stringContaining("which program its registry is"),
		});
	});
});

test("GitLab's Linux package is collected by its own program, as its user and in its environment", async () => {
	const installation = temporaryFolder();
	const chpst = program(
		join(installation, "embedded/bin/chpst"),
		"echo registry github.com/docker/distribution v4.15.2-gitlab",
	);
	program(
		join(installation, "sv/registry/run"),
		[
			"cd /var/opt/gitlab/registry",
			"exec chpst -e /opt/gitlab/etc/registry/env -P \\",
			"  -U registry:registry \\",
			"  -u registry:registry \\",
			"  /opt/gitlab/embedded/bin/registry serve ./config.yml",
		].join("\n"),
	);
	const { command, version } = await findCollector(
		{ kind: "linux-package", nodes: [COMMON] },
		NODE,
		PLAIN,
		{},
		{ installation, data: "/var/opt/gitlab" },
	);
	expect(command).toEqual([
		chpst,
		...["-e", "/opt/gitlab/etc/registry/env"],
		...["-U", "registry:registry", "-u", "registry:registry"],
		...["/opt/gitlab/embedded/bin/registry", "garbage-collect"],
		"/var/opt/gitlab/registry/config.yml",
	]);
	expect(version).toEqual({ product: "gitlab", version: "4.15.2-gitlab" });
});

describe("hooks", () => {
	const find = (collect: string | undefined, wishes: CollectorWishes) => {
		const node: HooksDescription = {
			...{ ...COMMON, collect },
			readOnly: "true",
			readWrite: "true",
		};
		return findCollector({ kind: "hooks", nodes: [node] }, NODE, wishes, {});
	};

	test("collect by the operator's line, which is given the flags", async () => {
		const { command } = await find('registry garbage-collect "$@" c.yml', ALL);
		expect(command).toEqual([
			...["sh", "-c", 'registry garbage-collect "$@" c.yml', "sh"],
			...["--dry-run", "--delete-untagged"],
		]);
	});

	test("are refused without a line, and where the line would pass over what was asked", async () => {
		await expect(find(undefined, PLAIN)).rejects.toMatchObject({
			message: expect.stringContaining("no command for it is described"),
		});
		await expect(find("collect-everything", ALL)).rejects.toMatchObject({
			message: expect.stringContaining("takes no flags"),
		});
		expect((await find("collect-everything", PLAIN)).command).toHaveLength(4);
	});
});

test("a chart is refused, with what can be done", async () => {
	const node = { ...COMMON, release: "gitlab", namespace: "gitlab" };
	await expect(
		findCollector(
			{ kind: "helm", nodes: [{ ...node, chart: "gitlab/gitlab" }] },
			NODE,
			PLAIN,
			{},
		),
	).rejects.toMatchObject({ code: "refused" });
});
