import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
	describedRegistry,
	type Machine,
	type RegistryWishes,
} from "../../../src/cli/registry/registry-flags.ts";
import { temporaryFolder, write } from "../folders.ts";

/** A machine with these files, by their paths below its root. */
function machine(files: Readonly<Record<string, string>>): Machine {
	const root = temporaryFolder();
	for (const [name, text] of Object.entries({ ...files, "work/.keep": "" }))
		write(join(root, name), text);
	return { root, directory: join(root, "work"), path: join(root, "opt/bin") };
}

const NOTHING: RegistryWishes = {
	"registry-file": undefined,
	"registry-config": undefined,
	restart: undefined,
	"registry-url": undefined,
};

function describedBy(wishes: Partial<RegistryWishes>, on: Machine) {
	return describedRegistry({ ...NOTHING, ...wishes }, on);
}

const HOOKS =
	"{kind: hooks, url: 'http://hooks:5000', readOnly: a, readWrite: b}";
const CONFIG = "http: { addr: ':5001' }";
const GITLAB = {
	"etc/gitlab/gitlab.rb": "",
	"var/opt/gitlab/registry/config.yml": "http: { addr: 'localhost:5000' }",
	"opt/bin/gitlab-ctl": "",
};

test("a file here goes before the machine's, and that before what is found", async () => {
	const both = machine({
		"work/regmigrate.yml": HOOKS.replace("hooks:5000", "here:5000"),
		"etc/regmigrate.yml": HOOKS,
		...GITLAB,
	});
	expect((await describedBy({}, both)).from).toBe(
		join(both.directory, "regmigrate.yml"),
	);
	const one = machine({ "etc/regmigrate.yml": HOOKS, ...GITLAB });
	expect((await describedBy({}, one)).from).toBe(
		join(one.root, "etc/regmigrate.yml"),
	);
});

test("a file that is named goes before all, and has to be there", async () => {
	const one = machine({ "etc/regmigrate.yml": HOOKS, "work/other.yml": HOOKS });
	const { from } = await describedBy({ "registry-file": "other.yml" }, one);
	expect(from).toBe(join(one.directory, "other.yml"));
	await expect(
		describedBy({ "registry-file": "non.yml" }, one),
	).rejects.toThrow(
		`Cannot read the registry file ${join(one.directory, "non.yml")}: there is no such file`,
	);
	await expect(
		describedBy({ "registry-file": "/dev/zero" }, one),
	).rejects.toThrow(/ \/dev\/zero: it is a device, not a file$/);
});

test("GitLab's Linux package is found, where there is gitlab-ctl", async () => {
	const on = machine(GITLAB);
	expect((await describedBy({}, on)).description).toEqual({
		kind: "linux-package",
		nodes: [
			{
				name: hostname(),
				url: new URL("http://localhost:5000"),
				configuration: join(on.root, "etc/gitlab/gitlab.rb"),
			},
		],
	});
	await expect(describedBy({}, { ...on, path: undefined })).rejects.toThrow(
		"It is not known which registry is meant",
	);
});

test("a config.yml is found, or named, and needs a restart command", async () => {
	const on = machine({ "etc/docker/registry/config.yml": CONFIG });
	const configuration = join(on.root, "etc/docker/registry/config.yml");
	await expect(describedBy({}, on)).rejects.toThrow(
		`It is not known how the registry of ${configuration} is restarted`,
	);
	const url = new URL("http://127.0.0.1:5001");
	const node = { name: hostname(), url, configuration, restart: "again" };
	for (const wishes of [
		{ restart: "again" },
		{ restart: "again", "registry-config": configuration },
	])
		expect((await describedBy(wishes, on)).description).toEqual({
			kind: "distribution",
			nodes: [node],
		});
});

test("flags go before files that nobody named", async () => {
	const on = machine({
		"work/regmigrate.yml": HOOKS,
		"work/config.yml": CONFIG,
	});
	const { from } = await describedBy(
		{ "registry-config": "config.yml", restart: "again" },
		on,
	);
	expect(from).toBe(join(on.directory, "config.yml"));
});

test("a restart command for the Linux package is refused", async () => {
	await expect(
		describedBy(
			{ "registry-config": "/etc/gitlab/gitlab.rb", restart: "again" },
			machine({}),
		),
	).rejects.toThrow("--restart is not needed for /etc/gitlab/gitlab.rb");
});

test.each([
	["http: { net: unix, addr: /run/registry.sock }", "does not say it in http"],
	["storage: {}", "does not say it in http.addr"],
	["a: [secret", "it is not YAML"],
])(
	"where nothing answers as %s says, --registry-url says it",
	async (text, reason) => {
		const on = machine({ "work/config.yml": text });
		const wishes = { "registry-config": "config.yml", restart: "again" };
		await expect(describedBy(wishes, on)).rejects.toThrow(reason);
		const told = { ...wishes, "registry-url": "http://[::1]:5000" };
		expect((await describedBy(told, on)).description.nodes).toMatchObject([
			{ url: new URL("http://[::1]:5000") },
		]);
		await expect(
			describedBy({ ...wishes, "registry-url": "registry" }, on),
		).rejects.toThrow("--registry-url has to be where the node itself answers");
	},
);
