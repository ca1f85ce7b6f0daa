import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import type { RegistryServer } from "../../scripts/services/registry.ts";
import {
	installLinuxPackage,
	type LinuxPackage,
} from "../support/linux-package/linux-package.ts";
import { newBucket, services } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { push, VERSIONS } from "./installed-registry.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { treeKeys } from "./tree.ts";

/** The package lies in fixed places: a test has them to itself in a namespace of mounts, where it may make one. */
export const canMount =
	spawnSync("sh", ["-c", "unshare --mount mount -t tmpfs tmpfs /opt"])
		.status === 0;

/** GitLab's Linux package with a registry that has a few images, and a bucket that it is to be moved to. */
export interface InstalledLinuxPackage {
	readonly folder: string;
	readonly gitlab: LinuxPackage;
	/** Where its images are. */
	readonly storage: string;
	/** `gitlab.rb`, before anything was changed. */
	readonly original: string;
	/** The command that cuts it over without asking. */
	readonly words: readonly string[];
	/** The registry, as those see it who push. */
	readonly server: () => RegistryServer;
}

/** Installs one, whose files have a storage only where GitLab puts it by itself. */
export async function installedLinuxPackage(): Promise<InstalledLinuxPackage> {
	const folder = await temporaryFolder();
	const root = join(folder, "gitlab");
	const gitlab = await installLinuxPackage(root, "registry-2");
	const storage = join(folder, "storage");
	const locks = join(storage, "docker/registry/lockfiles");
	mkdirSync(locks, { recursive: true });
	// As GitLab's own registry leaves it, which prefers a database: there is none.
	writeFileSync(join(locks, "filesystem-in-use"), "");
	const original = `external_url 'https://gitlab.example.com'
registry_external_url 'https://registry.example.com'
gitlab_rails['registry_path'] = '${storage}' # no newline follows`;
	gitlab.write(original);
	gitlab.run("reconfigure");
	onTestFinished(() => {
		gitlab.run("stop");
	});
	const { host, origin } = gitlab.url;
	const server = (): RegistryServer => ({
		...{ host, url: origin, product: "the package's registry" },
		...{ version: "2", configFile: gitlab.file, logFile: "", pid: 0 },
		stop: async () => {},
		[Symbol.asyncDispose]: async () => {},
	});
	for (const tag of ["v1", "v2"]) await push({ server }, "team/app", tag);
	const description = join(folder, "regmigrate.yml");
	const inPlace = join(
		import.meta.dirname,
		"../support/linux-package/in-place.sh",
	);
	writeFileSync(
		description,
		`kind: linux-package
configuration: ${gitlab.file}
gitlabCtl: ${gitlab.gitlabCtl}
via: ${JSON.stringify(["sh", inPlace, root])}
url: ${origin}
`,
	);
	const target = storeUrl(await newBucket(), "/registry", services().s3).href;
	const words = [
		...["cutover", storage, target, "--yes", "--disable-redirect"],
		...["--registry-file", description],
		...["--state-directory", join(folder, "state")],
		...["--registry-version", VERSIONS["2"]],
	];
	return { folder, gitlab, storage, original, words, server };
}

/** What a push is answered with: 202, or 405 where the registry is read-only. */
export async function pushStatus(registry: URL): Promise<number> {
	const url = new URL("/v2/team/app/blobs/uploads/", registry);
	const response = await fetch(url, { method: "POST" });
	await response.arrayBuffer();
	return response.status;
}

/** Proves that pushes are taken, and lie in the source or do not. */
export async function expectPushes(
	{ gitlab, storage, server }: InstalledLinuxPackage,
	where: "on the source" | "on the target",
): Promise<void> {
	expect(await pushStatus(gitlab.url)).toBe(202);
	const tag = where.replaceAll(" ", "-");
	await push({ server }, "team/app", tag);
	const keys = treeKeys(storage).join("\n");
	if (where === "on the source") expect(keys).toContain(`tags/${tag}/`);
	else expect(keys).not.toContain(`tags/${tag}/`);
}
