import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findCredentials } from "../../../src/registry/probe/auth-file.ts";
import { failureOf } from "../../store/http/failures.ts";
import { PASSWORD, SECRET } from "./scripted-registry.ts";

const AUTH = Buffer.from(`somebody:${SECRET}`).toString("base64");
const HOST = "registry.test:5000";

let home: string;
beforeEach(() => {
	home = mkdtempSync(join(tmpdir(), "regmigrate-auth-"));
});
afterEach(() => rmSync(home, { recursive: true }));

function write(name: string, content: unknown): string {
	const file = join(home, name);
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(
		file,
		typeof content === "string" ? content : JSON.stringify(content),
	);
	return file;
}

const find = (environment = {}, names: readonly string[] = [HOST]) =>
	findCredentials(names, { environment, home });

describe("an entry", () => {
	const TOKEN = { kind: "bearer", token: SECRET };
	const REFRESH = { kind: "refresh-token", token: SECRET };
	test.each<[string, object, object | undefined]>([
		["auth", { [HOST]: { auth: AUTH } }, PASSWORD],
		[
			"auth with a URL as its key",
			{ [`https://${HOST}/v1/`]: { auth: AUTH } },
			PASSWORD,
		],
		[
			"user name and password",
			{ [HOST]: { username: "somebody", password: SECRET } },
			PASSWORD,
		],
		[
			"a token of docker login",
			{ [HOST]: { auth: AUTH, identitytoken: SECRET } },
			REFRESH,
		],
		["a token for the registry", { [HOST]: { registrytoken: SECRET } }, TOKEN],
		["another port", { "registry.test": { auth: AUTH } }, undefined],
		["a part of a registry", { [`${HOST}/team`]: { auth: AUTH } }, undefined],
		["nothing", { [HOST]: {} }, undefined],
	])("with %s", async (_name, auths, expected) => {
		write(".docker/config.json", { auths, HttpHeaders: {} });
		expect(await find()).toEqual(expected);
	});

	test("with a password that has colons in it", async () => {
		const auth = Buffer.from(`somebody:${SECRET}:\n:`).toString("base64");
		write(".docker/config.json", { auths: { [HOST]: { auth } } });
		expect(await find()).toEqual({ ...PASSWORD, password: `${SECRET}:\n:` });
	});
});

describe("of several files", () => {
	const auths = (username: string) => ({
		auths: { [HOST]: { username, password: SECRET } },
	});

	test("the first counts, and that in REGISTRY_AUTH_FILE alone", async () => {
		expect(await find()).toBeUndefined();
		write(".docker/config.json", auths("docker"));
		expect(await find()).toMatchObject({ username: "docker" });
		write("moved/config.json", auths("moved"));
		expect(await find({ DOCKER_CONFIG: join(home, "moved") })).toMatchObject({
			username: "moved",
		});
		write(".config/containers/auth.json", auths("podman"));
		expect(await find()).toMatchObject({ username: "podman" });
		write("run/containers/auth.json", auths("run"));
		const environment = { XDG_RUNTIME_DIR: join(home, "run") };
		expect(await find(environment)).toMatchObject({ username: "run" });
		const REGISTRY_AUTH_FILE = write("other.json", { auths: {} });
		expect(await find({ ...environment, REGISTRY_AUTH_FILE })).toBeUndefined();
	});

	test("the next is looked at where one does not know the registry, and names in their order", async () => {
		write(".config/containers/auth.json", {
			auths: { "10.0.0.5:5000": { auth: AUTH } },
		});
		write(".docker/config.json", auths("docker"));
		expect(await find()).toMatchObject({ username: "docker" });
		expect(await find({}, [HOST, "10.0.0.5:5000"])).toEqual(PASSWORD);
	});
});

test.each<[string, unknown, string]>([
	["no JSON", `{"auths": "${SECRET}`, "it is not JSON"],
	[
		"something else",
		{ auths: { [HOST]: { auth: { deep: SECRET } } } },
		"is not as it should be",
	],
	[
		"no user name",
		{ auths: { [HOST]: { auth: Buffer.from(SECRET).toString("base64") } } },
		"an auth in it is no user name and password",
	],
	[
		"a helper for the registry",
		{ credHelpers: { [HOST]: "pass" } },
		"a helper keeps those for registry.test:5000: docker-credential-pass is not there",
	],
	[
		"a helper for all",
		{ auths: { [HOST]: {} }, credsStore: "desktop" },
		"docker-credential-desktop is not there",
	],
])(
	"a file with %s is told of, and nothing in it (I7)",
	async (_name, content, reason) => {
		const file = write(".docker/config.json", content);
		const error = await failureOf(find());
		expect(error).toMatchObject({
			code: "failed",
			message: expect.stringContaining(
				`Cannot take credentials from ${file}: `,
			),
		});
		expect(inspect(error)).toContain(reason);
		expect(inspect(error)).not.toContain(SECRET);
	},
);

test("a file that is named and is not there is told of", async () => {
	const REGISTRY_AUTH_FILE = join(home, "none.json");
	expect(await failureOf(find({ REGISTRY_AUTH_FILE }))).toMatchObject({
		message: `Cannot take credentials from ${REGISTRY_AUTH_FILE}: it does not exist`,
	});
});

describe("a helper of docker", () => {
	/** A helper that answers as a shell script says. */
	function helper(script: string) {
		const file = write("bin/docker-credential-test", `#!/bin/sh\n${script}\n`);
		chmodSync(file, 0o700);
		return { PATH: `${dirname(file)}:${process.env.PATH}` };
	}
	const answer = (username: string) =>
		`echo '${JSON.stringify({ ServerURL: HOST, Username: username, Secret: SECRET })}'`;
	const KEPT = { auths: { [`https://${HOST}/v1/`]: {} }, credsStore: "test" };

	test("is asked for what it keeps, by the name that docker gave it", async () => {
		write(".docker/config.json", KEPT);
		const check = `[ "$1" = get ] && [ "$(cat)" = "https://${HOST}/v1/" ] || exit 3`;
		expect(await find(helper(`${check}\n${answer("somebody")}`))).toEqual(
			PASSWORD,
		);
		expect(await find(helper(answer("<token>")))).toEqual({
			kind: "refresh-token",
			token: SECRET,
		});
	});

	test("of a registry goes before that of all", async () => {
		const credHelpers = { [HOST]: "test" };
		write(".docker/config.json", { credHelpers, credsStore: "none" });
		const check = `[ "$(cat)" = "${HOST}" ] || exit 3`;
		expect(await find(helper(`${check}\n${answer("somebody")}`))).toEqual(
			PASSWORD,
		);
	});

	test("that has nothing leaves it at that", async () => {
		write(".docker/config.json", KEPT);
		const nothing = "echo credentials not found in native keychain; exit 1";
		expect(await find(helper(nothing))).toBeUndefined();
	});

	test.each([
		[`echo ${SECRET}; echo ${SECRET} >&2; exit 2`, "failed (2)"],
		[`echo '{"Secret":"${SECRET}"}'`, "did not answer as helpers do"],
		[`kill -9 $$`, "failed (SIGKILL)"],
	])(
		"that does %s is told of, and nothing that it says (I7)",
		async (script, reason) => {
			write(".docker/config.json", KEPT);
			const error = await failureOf(find(helper(script)));
			expect(error).toMatchObject({
				code: "failed",
				message: expect.stringContaining(`docker-credential-test ${reason}`),
			});
			expect(inspect(error)).not.toContain(SECRET);
		},
	);
});
