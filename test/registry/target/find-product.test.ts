import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { RegistryDescription } from "../../../src/registry/description.ts";
import type { Host } from "../../../src/registry/host/host.ts";
import { openHost } from "../../../src/registry/host/open-host.ts";
import { findProduct } from "../../../src/registry/target/find-product.ts";
import { productName } from "../../../src/registry/target/product.ts";

const NODE = { name: "one", url: new URL("http://127.0.0.1:5000") };

/** A registry whose program says this of itself. */
function distribution(
	said: string,
): Extract<RegistryDescription, { kind: "distribution" }> {
	const folder = mkdtempSync(join(tmpdir(), "regmigrate-product-"));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	const program = join(folder, "registry");
	writeFileSync(program, `#!/bin/sh\necho '${said}'\n`);
	chmodSync(program, 0o755);
	const node = { ...NODE, configuration: "/c.yml", restart: "true", program };
	return { kind: "distribution", nodes: [node] };
}

/** A machine of GitLab's Linux package, whose manifest begins so. */
function packageHost(line: string): Host {
	return {
		name: "gitlab.example",
		isLocal: false,
		run: async (command) => {
			expect(command.at(-1)).toBe("/opt/gitlab/version-manifest.txt");
			return { code: 0, stdout: Buffer.from(line), stderr: "" };
		},
	};
}

const PACKAGE: RegistryDescription = { kind: "linux-package", nodes: [NODE] };

test.for([
	[
		"registry github.com/distribution/distribution/v3 v3.1.2",
		"Distribution 3.1.2",
	],
	[
		"docker-registry github.com/docker/distribution v2.8.2+ds1",
		"Distribution 2.8.2",
	],
	[
		"registry github.com/distribution/distribution/v3 3.0.0",
		"Distribution 3.0.0",
	],
] as const)("a program that says %j is %s", async ([said, product]) => {
	const found = await findProduct(distribution(said), openHost({}));
	expect(productName(found)).toBe(product);
});

test("GitLab's Linux package says it in its manifest", async () => {
	const found = await findProduct(
		PACKAGE,
		packageHost("gitlab-ee 18.2.1-ee.0\n"),
	);
	expect(productName(found)).toBe("GitLab 18.2.1");
});

test("GitLab's chart says it as the version of what it installs", async () => {
	const description: RegistryDescription = {
		kind: "helm",
		nodes: [
			{ ...NODE, release: "git", namespace: "apps", chart: "gitlab/gitlab" },
		],
	};
	const saying = (list: object): Host => ({
		...packageHost(""),
		run: async (command) => {
			expect(command).toEqual([
				...["sh", "-c", 'helm "$@"', "sh", "list"],
				...["--namespace", "apps", "--filter", "^git$"],
				...["--output", "json"],
			]);
			const stdout = Buffer.from(JSON.stringify([list]));
			return { code: 0, stdout, stderr: "" };
		},
	});
	const gitlab = { name: "git", chart: "gitlab-9.2.1", app_version: "v18.2.1" };
	const found = await findProduct(description, saying(gitlab));
	expect(productName(found)).toBe("GitLab 18.2.1");
	const registry = { chart: "registry-0.7.0", app_version: "v4.24.0-gitlab" };
	await expect(findProduct(description, saying(registry))).rejects.toThrow(
		"the release git is not known to be GitLab's chart",
	);
});

test("the program that runs is asked before one on the PATH, and after one that is described", async () => {
	const { nodes } = distribution("distribution v3.1.2");
	const running = nodes[0]?.program;
	const unnamed = nodes.map(({ program: _, ...node }) => node);
	const plain: RegistryDescription = { kind: "distribution", nodes: unnamed };
	const here = openHost({});
	const found = await findProduct(plain, here, { running });
	expect(productName(found)).toBe("Distribution 3.1.2");
	const told = distribution("distribution v3.0.0");
	expect(productName(await findProduct(told, here, { running }))).toBe(
		"Distribution 3.0.0",
	);
});

test("what does not tell is refused, with what to say", async () => {
	const refused = async (description: RegistryDescription, host: Host) => {
		const finding = findProduct(description, host);
		await expect(finding).rejects.toMatchObject({
			code: "refused",
			suggestions: [expect.stringContaining("--registry-version")],
		});
		return await finding.catch((error: unknown) => String(error));
	};
	const here = openHost({});
	expect(
		await refused(
			distribution("github.com/docker/distribution v4.16.0-gitlab"),
			here,
		),
	).toContain("does not say with which GitLab it came");
	expect(await refused(distribution("nothing"), here)).toContain(
		"--version on this machine does not say it",
	);
	expect(await refused(PACKAGE, packageHost("bash: no"))).toContain(
		"version-manifest.txt on gitlab.example does not say it",
	);
	const absent = {
		...NODE,
		configuration: "/c",
		restart: "x",
		program: "/no/registry",
	};
	expect(
		await refused({ kind: "distribution", nodes: [absent] }, here),
	).toContain("/no/registry cannot be asked");
});
