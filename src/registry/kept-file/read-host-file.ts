import { createHash } from "node:crypto";
import type { Host } from "../host/host.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { Fields } from "./fields.ts";
import type { HostFile } from "./host-file.ts";

/**
 * Prints for each path what it is, and of a file that may be read the description and the content. Fields end with a
 * zero byte.
 */
const SCRIPT = String.raw`
export LC_ALL=C
field() { printf '%s\0' "$1"; }
read_one() {
	target=$(readlink -f -- "$1") || target=$1
	folder=$(dirname -- "$target")
	if [ ! -e "$target" ]; then
		if [ -d "$folder" ] && [ ! -x "$folder" ]; then field denied; else field missing; fi
	elif [ ! -f "$target" ]; then field irregular
	elif [ ! -r "$target" ]; then field denied
	else
		field file
		field "$target"
		field "$(stat -c %u:%g -- "$target")"
		field "$(stat -c %a -- "$target")"
		field "$(stat -c %Y -- "$target")"
		field "$(stat -c %y -- "$target")"
		us=$(id -u)
		if [ ! -w "$folder" ]; then field folder
		elif [ "$us" != 0 ] && [ "$us" != "$(stat -c %u -- "$target")" ]; then field owner
		elif grep -qF " $target " /proc/self/mountinfo; then field mount
		else field ''
		fi
		size=$(stat -c %s -- "$target")
		field "$size"
		head -c "$size" <"$target"
	fi
}
for path do read_one "$path"; done`;

const OBSTACLES: Readonly<Record<string, string>> = {
	folder: "its directory may not be written by us",
	owner: "it belongs to another user, and would be ours then",
	mount:
		"it is mounted into its place alone, as into a container, and cannot be replaced there",
};

/** Reads a file that has to be there. Rejects with a `RegistryError`: `not-found`, `permission-denied`, `refused`, `changed`. */
export async function readHostFile(
	host: Host,
	path: string,
	call?: Call,
): Promise<HostFile> {
	const [file] = await readHostFiles(host, [path], call);
	if (file !== undefined) return file;
	throw new RegistryError(
		"not-found",
		`Cannot read ${path} on ${host.name}: there is no such file`,
	);
}

/** Reads several files by one command, in their order; `undefined`: it is not there. Rejects as `readHostFile` does otherwise. */
export async function readHostFiles(
	host: Host,
	paths: readonly string[],
	{ signal }: Call = {},
): Promise<readonly (HostFile | undefined)[]> {
	const command = ["sh", "-c", SCRIPT, "sh", ...paths] as const;
	const { stdout } = await host.run(command, { signal });
	const fields = new Fields(stdout);
	return paths.map((path) => readOne(fields, path, host.name));
}

function readOne(
	fields: Fields,
	path: string,
	host: string,
): HostFile | undefined {
	const refusal = (code: RegistryError["code"], reason: string) =>
		new RegistryError(code, `Cannot read ${path} on ${host}: ${reason}`);
	const what = fields.next();
	if (what === "missing") return undefined;
	if (what === "irregular") throw refusal("refused", "it is no regular file");
	if (what === "denied")
		throw refusal("permission-denied", "it may not be read by us");
	const target = fields.next();
	const owner = fields.next();
	const mode = fields.next();
	const seconds = fields.next();
	const [fraction] = /\.\d+/.exec(fields.next()) ?? ["0"];
	const obstacle = OBSTACLES[fields.next()];
	const size = Number(fields.next());
	const content = fields.bytes(size);
	if (what !== "file" || content.length !== size)
		throw refusal("changed", "it was changed meanwhile");
	return {
		path,
		target,
		text: decode(content, () => refusal("refused", "it is not UTF-8")),
		sha256: createHash("sha256").update(content).digest("hex"),
		owner,
		mode,
		lastModified: (Number(seconds) + Number(fraction)) * 1000,
		obstacle,
	};
}

/** Text of which the same bytes come back. */
function decode(content: Buffer, refusal: () => RegistryError): string {
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
			content,
		);
	} catch {
		throw refusal();
	}
}
