import type { Host } from "../host/host.ts";
import type { Call, RegistryNode } from "../node.ts";

/** As whom a process runs. */
export interface ServiceUser {
	readonly uid: string;
	readonly gid: string;
	/** Its other groups: `4,27`, or `-` where there are none. */
	readonly groups: string;
}

/** How the registry of a node runs, as far as can be seen. Secrets inside (I7). */
export interface Service {
	/** The path of its program. */
	readonly program: string | undefined;
	/** `undefined`: as who looks at it, or it cannot be told. */
	readonly user: ServiceUser | undefined;
	readonly environment: ReadonlyMap<string, string> | undefined;
	/** What is not as in the registry's own process: sentences. */
	readonly notes: readonly string[];
}

/** Prints who looks, what is to be seen of a process, a zero byte, and its environment. */
const SCRIPT = `
id -u
readlink "/proc/$1/exe" 2>/dev/null || echo
grep -E '^(Uid|Gid|Groups):' "/proc/$1/status" 2>/dev/null
printf '\\0'
cat "/proc/$1/environ" 2>/dev/null
exit 0`;

/**
 * Looks at the process that serves on a node: a rehearsal is started as that one is, with the same program, user and
 * environment, for those decide which credentials and certificates it finds. Rejects with a `RegistryError`.
 */
export async function findService(
	node: RegistryNode,
	call: Call = {},
): Promise<Service> {
	const [instance] = (await node.instances(call)) ?? [];
	const pid = /^\d+/.exec(instance?.id ?? "")?.[0];
	if (instance === undefined || pid === undefined)
		return unknown(`No process of the registry was found on ${node.host.name}`);
	return await readService(node.host, pid, instance.name, call);
}

async function readService(
	host: Host,
	pid: string,
	name: string,
	{ signal }: Call,
): Promise<Service> {
	const { stdout } = await host.run(["sh", "-c", SCRIPT, "sh", pid], {
		signal,
	});
	return parseService(stdout.toString(), name);
}

/**
 * Reads what the script printed. By who looks, and who serves:
 *
 * | who looks | who serves | it runs as     | with the environment |
 * | --------- | ---------- | -------------- | -------------------- |
 * | anybody   | the same   | who looks      | of the process       |
 * | root      | another    | that other one | of the process       |
 * | not root  | another    | who looks, and it is said | none, for it cannot be read, and it is said |
 * | anybody   | no registry, but what passes on to one (`docker-proxy`) | who looks, and it is said | none |
 */
export function parseService(printed: string, name: string): Service {
	const end = printed.indexOf("\0");
	const [self = "", program = "", ...lines] = printed.slice(0, end).split("\n");
	const values = (field: string) =>
		lines
			.find((line) => line.startsWith(`${field}:`))
			?.slice(field.length + 1)
			.trim()
			.split(/\s+/) ?? [];
	// Of real, effective, saved and file system ids, the effective ones. Source: proc(5), /proc/pid/status.
	const [, uid] = values("Uid");
	const [, gid = ""] = values("Gid");
	const groups = values("Groups").filter((group) => group !== "");
	const path = program.replace(/ \(deleted\)$/, "");
	if (path !== "" && !/registry[^/]*$/.test(path))
		return unknown(
			`What answers for the registry (${name}) is ${path}, and no registry`,
		);
	const common = { program: path === "" ? undefined : path };
	const text = printed.slice(end + 1);
	const environment = text === "" ? undefined : environmentIn(text);
	if (uid === undefined || uid === self)
		return { ...common, user: undefined, environment, notes: [] };
	if (self !== "0")
		return {
			...common,
			user: undefined,
			environment,
			notes: [
				`The registry (${name}) runs as another user (${uid}): this one runs as who runs regmigrate (${self})${environment === undefined ? ", and without variables of its service" : ""}. Run it as root to have it as it is.`,
			],
		};
	const user = { uid, gid, groups: groups.join(",") || "-" };
	return { ...common, user, environment, notes: [] };
}

function unknown(because: string): Service {
	return {
		program: undefined,
		user: undefined,
		environment: undefined,
		notes: [
			`${because}: this one runs as who runs regmigrate, and without variables of its service.`,
		],
	};
}

function environmentIn(text: string): ReadonlyMap<string, string> {
	return new Map(
		text
			.split("\0")
			.filter((entry) => entry.includes("="))
			.map((entry) => {
				const at = entry.indexOf("=");
				return [entry.slice(0, at), entry.slice(at + 1)];
			}),
	);
}
