import { localHost } from "../../registry/host/local-host.ts";
import { RegistryError } from "../../registry/registry-error.ts";
import type { Call } from "../course/step.ts";

/** The flag that keeps root, too, from writing: of ext4, XFS, Btrfs and others. Paths are absolute, and no links. */
export interface ImmutableFlag {
	/** Those that have it, of these; `undefined`: they cannot have it, or it cannot be seen. */
	read(
		paths: readonly string[],
		call: Call,
	): Promise<ReadonlySet<string> | undefined>;
	/** Resolves with why it was not set, or cleared, on all of them; `undefined`: it was. */
	write(
		isSet: boolean,
		paths: readonly string[],
		call: Call,
	): Promise<string | undefined>;
}

/** By the programs of e2fsprogs, for Node has no ioctl. */
export const chattr: ImmutableFlag = {
	async read(paths, { signal }) {
		const ended = await run(["lsattr", "-d", ...paths], signal);
		const lines = ended?.stdout.toString().split("\n") ?? [];
		// One line each, in order: `----i---------e------- /path`.
		const isReadable =
			ended?.code === 0 &&
			paths.every((path, index) => lines[index]?.endsWith(` ${path}`));
		if (!isReadable) return undefined;
		return new Set(
			paths.filter((_, index) => /^\S*i/.test(lines[index] ?? "")),
		);
	},
	async write(isSet, paths, { signal }) {
		const ended = await run(["chattr", isSet ? "+i" : "-i", ...paths], signal);
		if (ended === undefined) return "there is no chattr on this machine";
		if (ended.code === 0) return undefined;
		// `chattr: Operation not permitted while setting flags on /path`; the path may be anybody's.
		const [, reason = "chattr failed"] =
			/^chattr: (.*?) while /m.exec(ended.stderr) ?? [];
		return reason;
	},
};

/** `undefined`: there is no such program. */
async function run(
	command: readonly [string, ...string[]],
	signal: AbortSignal | undefined,
) {
	try {
		return await localHost.run(command, { signal });
	} catch (error) {
		if (error instanceof RegistryError && error.code === "not-found")
			return undefined;
		throw error;
	}
}
