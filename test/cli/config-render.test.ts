import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { renderingLines } from "../../src/cli/registry/rendering-lines.ts";
import { targetOptions } from "../../src/cli/registry/target-flags.ts";
import { UsageError } from "../../src/cli/usage-error.ts";
import { runProgram } from "../support/program.ts";
import { temporaryFolder } from "./folders.ts";

const KEY = "hunter2secret";
const ENVIRONMENT = {
	AWS_ACCESS_KEY_ID: "AKIA",
	AWS_SECRET_ACCESS_KEY: KEY,
	AWS_ENDPOINT_URL: "http://minio:9000",
};

/** What the storage is switched to, as a diff: nothing is known of what it was. */
const SWITCHED = `--- /dev/null
+++ storage of 127.0.0.1:5000
@@ -0,0 +1,1 @@
+s3://reg at http://minio:9000
`;

/** Runs the command for a registry that its operator's own commands change. */
async function render(...argv: readonly string[]) {
	const file = join(temporaryFolder(), "regmigrate.yml");
	writeFileSync(
		file,
		"{kind: hooks, url: 'http://127.0.0.1:5000', readOnly: freeze, readWrite: thaw, switch: to-s3, switchBack: to-disk}",
	);
	return await runProgram(
		["config", "render", ...argv, "--registry-file", file],
		{ environment: ENVIRONMENT },
	);
}

test("it shows what would be done, and nothing of a secret", async () => {
	const version = ["--registry-version", "gitlab 19.0"];
	expect(await render("s3://reg", ...version, "--read-only")).toEqual({
		exitCode: 0,
		stderr: "",
		stdout: [
			"GitLab 19.0.0, driver s3_v2",
			"Note: Clients will be sent to http://minio:9000 for blobs: they must reach and trust it, or redirects be disabled.",
			"",
			"Node 127.0.0.1:5000, on this machine:",
			`${SWITCHED}Then: to-s3`,
			"Then: freeze",
			"Note: What the storage is switched to is in the operator's command; it is not known here.",
			"",
		].join("\n"),
	});
});

test("and the same as JSON", async () => {
	const version = ["--registry-version", "gitlab 19.0"];
	const { exitCode, stdout } = await render("s3://reg", ...version, "--json");
	expect(exitCode).toBe(0);
	expect(JSON.parse(stdout)).toEqual({
		product: "GitLab 19.0.0",
		driver: "s3_v2",
		notes: [expect.any(String)],
		nodes: [
			{
				node: "127.0.0.1:5000",
				host: "this machine",
				diff: SWITCHED,
				commands: ["to-s3"],
				notes: [expect.any(String)],
				blockers: [],
			},
		],
	});
});

test("what is in the way of a registry on this machine is shown below the diff, and ends with 4", async () => {
	const configuration = join(temporaryFolder(), "config.yml");
	const text = `version: 0.1
# secret: ${KEY}0
http: { addr: "127.0.0.1:1", secret: ${KEY}1 }
storage:
  filesystem: { rootdirectory: /var/lib/registry }
middleware:
  storage:
    - name: redirect
      options: { baseurl: "https://cdn.example/" }
`;
	writeFileSync(configuration, text);
	const registry = ["--registry-config", configuration, "--restart", "true"];
	const { exitCode, stdout, stderr } = await runProgram(
		[
			...["config", "render", "s3://reg", "--registry-version"],
			...["distribution 3.1.2", "--read-only", ...registry],
		],
		{ environment: ENVIRONMENT },
	);
	expect({ exitCode, stderr }).toEqual({ exitCode: 4, stderr: "" });
	expect(stdout).toContain(`--- ${configuration}\n+++ ${configuration}\n@@ `);
	expect(stdout).toContain(
		`-  filesystem: { rootdirectory: /var/lib/registry }`,
	);
	expect(stdout).toMatch(/^\+.*forcepathstyle: true/m);
	expect(stdout).toMatch(/^\+.*secretkey: \*\*\*/m);
	expect(stdout).toContain("\nThen: true\n");
	expect(stdout).toContain(
		'In the way: Its storage middleware "redirect" sends clients to cdn.example for blobs',
	);
	expect(stdout).not.toContain(KEY);
	expect(readFileSync(configuration, "utf8")).toBe(text);
});

test.for<[readonly string[], number, RegExp]>([
	[["s3://reg"], 4, /not known which version of which registry/],
	[["s3://reg", "--registry-version", "harbor"], 2, /Write "distribution 3/],
	[
		["s3://reg?sse=kms", "--registry-version", "gitlab 19.0"],
		4,
		/Cannot configure a registry to use s3:\/\/reg: with sse=kms alone/,
	],
	[
		["s3://reg?endpoint=x", "--registry-version", "gitlab 19.0"],
		2,
		/the endpoint is not the URL of a server/,
	],
	[["ftp://reg"], 2, /the scheme "ftp" is not known/],
	[[], 2, /Missing: TARGET/],
])("%j: refused", async ([argv, exitCode, message]) => {
	const result = await render(...argv);
	expect(result).toMatchObject({ exitCode, stdout: "" });
	expect(result.stderr).toMatch(message);
	expect(result.stderr).not.toContain(KEY);
});

const TARGET = { url: new URL("s3://reg"), environment: ENVIRONMENT };

test("targetOptions › gives the registry keys where there are some, unless it is told otherwise", () => {
	const { url } = TARGET;
	expect(targetOptions(TARGET, {}).credentials).toBe("keys");
	const wishes = { "registry-credentials": "role" } as const;
	expect(targetOptions(TARGET, wishes).credentials).toBe("role");
	expect(targetOptions({ url, environment: {} }, {}).credentials).toBe("role");
});

test("targetOptions › takes numbers and booleans of --set as such", () => {
	const set = [
		"chunksize=33554432",
		"parallelwalk=true",
		"loglevel=a=b",
		"x=010",
	];
	expect(targetOptions(TARGET, { set }).set).toEqual({
		chunksize: 33554432,
		parallelwalk: true,
		loglevel: "a=b",
		x: "010",
	});
});

test.for([
	[{ set: ["chunksize"] }, /NAME=VALUE/],
	[{ set: ["region=a", "region=b"] }, /says twice what region is/],
	[{ set: [`secretkey=${KEY}`] }, /no secret/],
	[{ "registry-endpoint": "minio:9000" }, /not the URL of a server/],
	[{ "registry-endpoint": `http://u:${KEY}@minio` }, /not the URL of a server/],
] as const)("targetOptions › refuses %j", ([wishes, message]) => {
	const act = () => targetOptions(TARGET, wishes);
	expect(act).toThrow(UsageError);
	expect(act).toThrow(message);
	expect(act).not.toThrow(KEY);
});

test("renderingLines › shows the diff as it is, what is in the way, and nothing that moves a cursor", () => {
	const lines = renderingLines({
		product: "Distribution 3.1.2",
		driver: "s3",
		notes: [],
		nodes: [
			{
				node: "one",
				host: "this machine",
				diff: "--- a\n+++ a\n@@ -1,1 +1,1 @@\n-\tx: 1\n+\tx: \u001b[2J\n",
				commands: [],
				notes: [],
				blockers: [
					{ code: "proxy", message: "It is a cache.", suggestions: ["Do."] },
				],
			},
			{
				node: "two",
				host: "root@two",
				diff: "",
				commands: [],
				notes: [],
				blockers: [],
			},
		],
	});
	expect(lines).toEqual([
		"Distribution 3.1.2, driver s3",
		"",
		"Node one, on this machine:",
		...["--- a", "+++ a", "@@ -1,1 +1,1 @@", "-\tx: 1", "+\tx: \\u{1b}[2J"],
		"In the way: It is a cache.",
		"  Do.",
		"",
		"Node two, on root@two: nothing is to be done",
	]);
});
