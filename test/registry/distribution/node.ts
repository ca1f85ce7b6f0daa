import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { DistributionDescription } from "../../../src/registry/description.ts";
import { distributionNode } from "../../../src/registry/distribution/distribution-node.ts";
import type { DistributionOptions } from "../../../src/registry/distribution/found.ts";
import { openHost } from "../../../src/registry/host/open-host.ts";
import type { RegistryNode } from "../../../src/registry/node.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

export const CONFIGURATION = `# config
version: 0.1
storage:
  filesystem: {rootdirectory: /var/lib/registry}
http: {addr: ":5000", secret: hidden}
`;

/** A node whose registry is a process that only waits. */
export class WaitingNode {
	readonly folder = temporaryFolder();
	readonly configuration = join(this.folder, "config.yml");
	readonly node: RegistryNode;

	constructor(
		{
			environment = "",
			...description
		}: Partial<DistributionDescription> & {
			/** Variables of its process, as a shell sets them before a command. */
			readonly environment?: string | undefined;
		} = {},
		options: DistributionOptions = {},
	) {
		writeFileSync(this.configuration, CONFIGURATION, { mode: 0o640 });
		const pid = join(this.folder, "pid");
		writeFileSync(pid, "");
		onTestFinished(() => this.end());
		this.node = distributionNode(
			{
				name: "registry-1",
				url: new URL("http://127.0.0.1:5000"),
				configuration: this.configuration,
				processes: `cat '${pid}'`,
				restart: `kill $(cat '${pid}') 2>/dev/null; ${environment} sleep 600 & echo $! >'${pid}'`,
				...description,
			},
			openHost({}),
			options,
		);
	}

	get text(): string {
		return readFileSync(this.configuration, "utf8");
	}

	/** Its process; `undefined`: it has none. */
	get pid(): number | undefined {
		const text = readFileSync(join(this.folder, "pid"), "utf8").trim();
		return text === "" ? undefined : Number(text);
	}

	/** Starts its process. */
	async start(): Promise<void> {
		const change = await this.node.change({ readOnly: false });
		await change.activate();
	}

	end(): void {
		try {
			if (this.pid !== undefined) process.kill(this.pid, "SIGKILL");
		} catch {
			// It has ended already.
		}
	}
}
