import { rm, writeFile } from "node:fs/promises";
import { findExecutable } from "./find-executable.ts";
import { type CommandResult, runCommand } from "./run-command.ts";

/** Debian's maintainer scripts ask this program whether they may start a service; 101 says no. */
const SERVICE_POLICY = "/usr/sbin/policy-rc.d";

/** Whether packages can be installed here at all. */
export async function canInstallPackages(): Promise<boolean> {
	return (
		process.getuid?.() === 0 && (await findExecutable("apt-get")) !== undefined
	);
}

/**
 * Installs Debian packages; the reason when that fails. It changes the system: ask first.
 * Services that a package would start, on every interface, are kept from starting.
 */
export async function debianInstall(
	packages: readonly string[],
	announce: (sentence: string) => void,
): Promise<string | undefined> {
	announce(`Installing ${packages.join(" and ")} with apt-get …`);
	const isPolicyOurs = await forbidServices();
	try {
		// A stale list is not a reason to give up: the install says what is missing.
		await aptGet(["update", "-qq"]);
		const { exitCode, stderr } = await aptGet([
			"install",
			"-y",
			"-qq",
			"--no-install-recommends",
			// Another run, or the system's own updates, may be at it.
			"-o",
			"DPkg::Lock::Timeout=300",
			...packages,
		]);
		return exitCode === 0
			? undefined
			: `apt-get install failed: ${stderr.trim().split("\n").at(-1) ?? ""}`;
	} finally {
		if (isPolicyOurs) await rm(SERVICE_POLICY, { force: true });
	}
}

async function aptGet(
	commandArguments: readonly string[],
): Promise<CommandResult> {
	return runCommand("apt-get", commandArguments, {
		environment: { DEBIAN_FRONTEND: "noninteractive" },
	});
}

/** Whether the policy had to be written, and is ours to remove. */
async function forbidServices(): Promise<boolean> {
	try {
		await writeFile(SERVICE_POLICY, "#!/bin/sh\nexit 101\n", {
			mode: 0o755,
			flag: "wx",
		});
		return true;
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "EEXIST")
			return false;
		throw error;
	}
}
