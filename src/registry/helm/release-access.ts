import type { Host } from "../host/host.ts";
import { maskedLines } from "../masking/mask.ts";
import type { Call } from "../node.ts";
import { RegistryError, type RegistryErrorCode } from "../registry-error.ts";

/** A release, and how it and its cluster are asked. */
export interface ReleaseAccess {
	readonly host: Host;
	/** Commands, as a person types them: words of a shell (`helm --kube-context production`). */
	readonly helm: string;
	readonly kubectl: string;
	readonly release: string;
	readonly namespace: string;
	/** As `helm upgrade` takes it. */
	readonly chart: string;
	/** Where the registry's values begin: names of sub-charts, from the outermost; empty: the registry's own chart. */
	readonly prefix: readonly string[];
}

export interface ProgramOptions extends Call {
	/** What it reads. */
	readonly input?: string | undefined;
	/** How long it may take (ms); default 60,000. */
	readonly timeoutMs?: number | undefined;
	/** Texts that are not shown in a message, whatever the program says (I7). */
	readonly secrets?: readonly string[] | undefined;
}

/** What a shell ends with then. Source: POSIX, 2.8.2. */
const NO_SUCH_PROGRAM = 127;

/** Runs helm for the release's namespace. Answers what it prints. Rejects as `runKubectl` does. */
export function runHelm(
	access: ReleaseAccess,
	words: readonly string[],
	options?: ProgramOptions,
): Promise<string> {
	return run(access, "helm", words, options);
}

/**
 * Runs kubectl for the release's namespace. Answers what it prints. Rejects with a `RegistryError`: `not-found` when there
 * is no such program or release, `permission-denied` when the cluster refuses who we are, `unreachable`, `failed`.
 */
export function runKubectl(
	access: ReleaseAccess,
	words: readonly string[],
	options?: ProgramOptions,
): Promise<string> {
	return run(access, "kubectl", words, options);
}

async function run(
	access: ReleaseAccess,
	program: "helm" | "kubectl",
	words: readonly string[],
	{ input, timeoutMs, secrets = [], signal }: ProgramOptions = {},
): Promise<string> {
	const { host, namespace } = access;
	const all = [...words, "--namespace", namespace];
	const { code, stdout, stderr } = await host.run(
		["sh", "-c", `${access[program]} "$@"`, "sh", ...all],
		{ signal, input, timeoutMs },
	);
	if (code === 0) return stdout.toString();
	if (code === NO_SUCH_PROGRAM)
		throw new RegistryError(
			"not-found",
			`Cannot run ${program} on ${host.name}: there is no such program`,
			{ suggestions: [`Describe the node with ${program}: its full path.`] },
		);
	const what = `${program} ${words.slice(0, 2).join(" ")} on ${host.name}`;
	const said = lastWords(stderr, secrets);
	const ended = code === undefined ? "a signal" : `exit code ${code}`;
	throw new RegistryError(
		codeOf(stderr),
		`${what} ended with ${ended}${said === "" ? "" : `: ${said}`}`,
	);
}

/** What the programs say is all that there is to tell these by. */
function codeOf(stderr: string): RegistryErrorCode {
	if (/is forbidden|Unauthorized/.test(stderr)) return "permission-denied";
	if (/release: not found|\(NotFound\)/.test(stderr)) return "not-found";
	if (
		/connection refused|no such host|i\/o timeout|Unable to connect/.test(
			stderr,
		)
	)
		return "unreachable";
	return "failed";
}

/** The end of what a program said. Its errors may quote values, and with them secrets. */
function lastWords(stderr: string, secrets: readonly string[]): string {
	const [lines = []] = maskedLines(
		[{ text: stderr.trim(), isRuby: false }],
		secrets,
	);
	return lines.at(-1)?.replace(/^Error: /i, "") ?? "";
}
