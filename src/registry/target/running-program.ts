import type { Call, RegistryNode } from "../node.ts";

/**
 * The path of the program that serves on a node, by its process: another version may be on the PATH. `undefined` where no
 * process can be seen, or what answers only passes on to a registry (`docker-proxy`). Rejects with a `RegistryError`.
 */
export async function runningProgram(
	node: RegistryNode,
	call: Call = {},
): Promise<string | undefined> {
	const [instance] = (await node.instances(call)) ?? [];
	const pid = /^\d+/.exec(instance?.id ?? "")?.[0];
	if (pid === undefined) return undefined;
	const { code, stdout } = await node.host.run(
		["readlink", `/proc/${pid}/exe`],
		{ signal: call.signal },
	);
	const path = stdout.toString().trim();
	return code === 0 && /\/[^/]*registry[^/]*$/.test(path) ? path : undefined;
}
