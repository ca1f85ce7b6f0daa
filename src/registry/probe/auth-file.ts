import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import type { Environment } from "../../store/environment.ts";
import { messageOf } from "../../store/thrown.ts";
import { RegistryError } from "../registry-error.ts";
import { askHelper } from "./credential-helper.ts";
import type { Credentials } from "./credentials.ts";

const TEXT = v.optional(v.string());

/** What is read of such a file. Source: containers-auth.json(5); docker/cli, cli/config/types/authconfig.go. */
const AUTH_FILE = v.object({
	auths: v.optional(
		v.record(
			v.string(),
			v.object({
				auth: TEXT,
				username: TEXT,
				password: TEXT,
				identitytoken: TEXT,
				registrytoken: TEXT,
			}),
		),
	),
	credHelpers: v.optional(v.record(v.string(), v.string())),
	credsStore: TEXT,
});

type AuthFile = v.InferOutput<typeof AUTH_FILE>;
type Entry = NonNullable<AuthFile["auths"]>[string];

export interface FindCredentialsOptions {
	/** Names files (`REGISTRY_AUTH_FILE`) and folders; default: the process's variables. */
	readonly environment?: Environment | undefined;
	/** Default: the user's. */
	readonly home?: string | undefined;
}

/**
 * What `docker login`, `podman login` and `skopeo login` keep for a registry: by the first of these names (host, with its
 * port if it has one) that a file knows, from the first file that knows one. Only the file in `REGISTRY_AUTH_FILE` counts
 * where that is set. `undefined` when there is nothing. Rejects with a `RegistryError` for a file that cannot be used.
 */
export async function findCredentials(
	names: readonly string[],
	{ environment = process.env, home = homedir() }: FindCredentialsOptions = {},
): Promise<Credentials | undefined> {
	const named = environment.REGISTRY_AUTH_FILE;
	const files = named ? [named] : usualFiles(environment, home);
	for (const file of files) {
		const content = await read(file, file === named);
		if (content === undefined) continue;
		for (const name of names) {
			const found = await credentialsIn(content, name, file, environment);
			if (found !== undefined) return found;
		}
	}
	return undefined;
}

/** In the order in which skopeo looks for them. Source: containers-auth.json(5), FILES. */
function usualFiles(environment: Environment, home: string): readonly string[] {
	const { XDG_RUNTIME_DIR, XDG_CONFIG_HOME, DOCKER_CONFIG } = environment;
	return [
		...(XDG_RUNTIME_DIR
			? [join(XDG_RUNTIME_DIR, "containers", "auth.json")]
			: []),
		join(XDG_CONFIG_HOME || join(home, ".config"), "containers", "auth.json"),
		join(DOCKER_CONFIG || join(home, ".docker"), "config.json"),
	];
}

async function read(
	file: string,
	isNamed: boolean,
): Promise<AuthFile | undefined> {
	let text: string;
	try {
		text = await readFile(file, "utf8");
	} catch (error) {
		const code =
			error instanceof Error && "code" in error ? error.code : undefined;
		if (code === "ENOENT" && !isNamed) return undefined;
		throw unusable(
			file,
			code === "ENOENT" ? "it does not exist" : "it cannot be read",
			error,
		);
	}
	const parsed = v.safeParse(AUTH_FILE, json(text, file));
	if (parsed.success) return parsed.output;
	// The problem's own words may hold the value.
	const [issue] = parsed.issues;
	throw unusable(
		file,
		`its ${v.getDotPath(issue) ?? "content"} is not as it should be`,
	);
}

function json(text: string, file: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		// Its message may show what is in the file.
		throw unusable(file, "it is not JSON");
	}
}

async function credentialsIn(
	{ auths = {}, credHelpers = {}, credsStore }: AuthFile,
	name: string,
	file: string,
	environment: Environment,
): Promise<Credentials | undefined> {
	const helper = credHelpers[name];
	const [key, entry] =
		Object.entries(auths).find(([key]) => hostIn(key) === name) ?? [];
	const found = entry === undefined ? undefined : credentialsOf(entry, file);
	if (found !== undefined) return found;
	// Where a helper keeps them, docker leaves an empty entry; the helper knows it by the same name.
	const [keeper, known] =
		helper === undefined ? [credsStore, key] : [helper, name];
	if (keeper === undefined || known === undefined) return undefined;
	try {
		return await askHelper(keeper, known, environment);
	} catch (error) {
		const reason = messageOf(error);
		throw unusable(file, `a helper keeps those for ${name}: ${reason}`);
	}
}

/** Docker writes some with a scheme and a path: `https://index.docker.io/v1/`. */
function hostIn(key: string): string {
	return key.replace(/^https?:\/\//, "").replace(/\/(v[12]\/?)?$/, "");
}

function credentialsOf(entry: Entry, file: string): Credentials | undefined {
	const { auth, identitytoken, registrytoken } = entry;
	if (registrytoken) return { kind: "bearer", token: registrytoken };
	if (identitytoken) return { kind: "refresh-token", token: identitytoken };
	if (auth) {
		const pair = Buffer.from(auth, "base64").toString();
		const colon = pair.indexOf(":");
		if (colon < 1)
			throw unusable(file, "an auth in it is no user name and password");
		const username = pair.slice(0, colon);
		const password = pair.slice(colon + 1);
		return { kind: "password", username, password };
	}
	const { username, password } = entry;
	return username && password
		? { kind: "password", username, password }
		: undefined;
}

function unusable(file: string, reason: string, cause?: unknown) {
	return new RegistryError(
		"failed",
		`Cannot take credentials from ${file}: ${reason}`,
		{
			suggestions: [
				"Mend the file, or name another one in REGISTRY_AUTH_FILE: skopeo login --authfile FILE HOST writes one.",
			],
			cause,
		},
	);
}
