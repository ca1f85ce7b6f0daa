import { execFile } from "node:child_process";
import * as v from "valibot";
import type { Environment } from "../../store/environment.ts";
import type { Credentials } from "./credentials.ts";
import { jsonIn } from "./registry-answer.ts";

const ANSWER = v.object({ Username: v.string(), Secret: v.string() });

/** What helpers say, on either stream, where they have none. Source: docker-credential-helpers, credentials/error.go. */
const NONE = /credentials not found/i;

/** How long a helper may take (ms): it may ask for a key ring to be opened. */
const TIMEOUT_MS = 30_000;

/**
 * Asks a program of Docker's, `docker-credential-NAME`, for what it keeps for a registry; `undefined`: nothing. Rejects with
 * an `Error` whose message is a clause, and shows nothing of what the program said (I7).
 */
export async function askHelper(
	name: string,
	host: string,
	environment: Environment,
): Promise<Credentials | undefined> {
	const program = `docker-credential-${name}`;
	if (!/^[\w.-]+$/.test(name)) throw new Error("it names no helper");
	const { code, stdout, stderr } = await run(program, host, environment);
	if (code === "ENOENT") throw new Error(`${program} is not there`);
	if (code !== undefined) {
		if (NONE.test(stdout) || NONE.test(stderr)) return undefined;
		throw new Error(`${program} failed (${code})`);
	}
	const parsed = v.safeParse(ANSWER, jsonIn(Buffer.from(stdout)));
	if (!parsed.success)
		throw new Error(`${program} did not answer as helpers do`);
	const { Username: username, Secret: secret } = parsed.output;
	// So helpers say that it is what docker login keeps as a token.
	return username === "<token>"
		? { kind: "refresh-token", token: secret }
		: { kind: "password", username, password: secret };
}

/** `code` is `undefined` where the program succeeded. */
async function run(program: string, host: string, environment: Environment) {
	return await new Promise<{
		readonly code: string | undefined;
		readonly stdout: string;
		readonly stderr: string;
	}>((resolve) => {
		const child = execFile(
			program,
			["get"],
			{ env: { ...environment }, timeout: TIMEOUT_MS },
			(error, stdout, stderr) => {
				const code =
					error === null
						? undefined
						: String(error.code ?? error.signal ?? "unknown");
				resolve({ code, stdout, stderr });
			},
		);
		// One that is not there reads nothing.
		child.stdin?.on("error", () => undefined).end(host);
	});
}
