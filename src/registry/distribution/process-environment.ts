import type { Host } from "../host/host.ts";
import type { HostProcess } from "../host/processes.ts";
import type { Call } from "../node.ts";
import type { ProcessEnvironment } from "./environment-overrides.ts";

/** The variables of a process; `undefined`: we may not see them, or it is not the registry itself. Secrets inside (I7). */
export async function environmentOf(
	host: Host,
	{ pid }: HostProcess,
	{ signal }: Call = {},
): Promise<ProcessEnvironment | undefined> {
	const script = 'cat "/proc/$1/comm" "/proc/$1/environ" 2>/dev/null';
	const { code, stdout } = await host.run(["sh", "-c", script, "sh", pid], {
		signal,
	});
	const [name = "", ...rest] = stdout.toString().split("\n");
	if (code !== 0 || FORWARDERS.test(name)) return undefined;
	const variables = rest
		.join("\n")
		.split("\0")
		.filter((variable) => variable.includes("="));
	return Object.fromEntries(
		variables.map((variable) => {
			const at = variable.indexOf("=");
			return [variable.slice(0, at), variable.slice(at + 1)];
		}),
	);
}

/** What forwards a port to a container. */
const FORWARDERS =
	/^(docker-proxy|rootless|slirp4netns|pasta|conmon|containerd)/;
