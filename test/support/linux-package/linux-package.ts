import { execFileSync } from "node:child_process";
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	readFileSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { findExecutable } from "../../../scripts/services/find-executable.ts";
import { requireTool } from "../../../scripts/services/find-tool.ts";
import { onFreePort } from "../../../scripts/services/free-port.ts";
import type { PackagePaths } from "../../../src/registry/linux-package/installation.ts";

/** What a reconfigure of the stand-in can do wrong. */
type Fault =
	| "reconfigure-fails"
	| "reconfigure-does-nothing"
	| "reconfigure-hangs"
	| "no-restart"
	| "stays-on-disk"
	| "stays-on-bucket";

/** GitLab's Linux package in a folder, with a stand-in for `gitlab-ctl` and a real registry. */
export interface LinuxPackage {
	readonly paths: PackagePaths;
	readonly gitlabCtl: string;
	/** Path of `gitlab.rb`. */
	readonly file: string;
	/** Where the registry answers. */
	readonly url: URL;
	read(): string;
	/** Writes `gitlab.rb`, as a person does; `at` is when (ms since 1970). */
	write(text: string, at?: number): void;
	run(command: "reconfigure" | "show-config" | "restart" | "stop"): string;
	/** The path of a file in it: `/var/opt/gitlab/registry/config.yml`. */
	path(name: string): string;
	setFault(fault: Fault): void;
	/** What something else writes to `gitlab.rb` at the end of each reconfigure. */
	revertTo(text: string): void;
}

/** Installs one in a folder; nothing is configured yet. Its registry runs until it is stopped. */
export async function installLinuxPackage(
	folder: string,
	registry: "registry-2" | "registry-3",
): Promise<LinuxPackage> {
	const { path: program } = await requireTool(registry);
	const ruby = (await findExecutable("ruby")) ?? "ruby";
	const port = await onFreePort(async (free) => free);
	const path = (name: string) => join(folder, name);
	for (const name of [
		"opt/gitlab/bin",
		"opt/gitlab/embedded/bin",
		"etc/gitlab",
		"var/opt/gitlab",
		"var/log/gitlab",
		"faults",
	])
		mkdirSync(path(name), { recursive: true });
	const gitlabCtl = path("opt/gitlab/bin/gitlab-ctl");
	copyFileSync(join(import.meta.dirname, "gitlab-ctl"), gitlabCtl);
	symlinkSync(ruby, path("opt/gitlab/embedded/bin/ruby"));
	const standIn = {
		support: import.meta.dirname,
		program,
		address: `127.0.0.1:${port}`,
	};
	writeFileSync(path("stand-in.json"), JSON.stringify(standIn));
	const file = path("etc/gitlab/gitlab.rb");
	return {
		paths: {
			installation: path("opt/gitlab"),
			data: path("var/opt/gitlab"),
		},
		gitlabCtl,
		file,
		url: new URL(`http://127.0.0.1:${port}`),
		read: () => readFileSync(file, "utf8"),
		write(text, at) {
			writeFileSync(file, text, existsSync(file) ? {} : { mode: 0o600 });
			if (at !== undefined) utimesSync(file, at / 1000, at / 1000);
		},
		run: (command) => execFileSync(gitlabCtl, [command], { encoding: "utf8" }),
		path,
		setFault: (fault) => writeFileSync(path(`faults/${fault}`), ""),
		revertTo: (text) => writeFileSync(path("faults/reverted.rb"), text),
	};
}
