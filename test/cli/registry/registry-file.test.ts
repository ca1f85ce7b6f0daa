import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseRegistryFile } from "../../../src/cli/registry/registry-file.ts";
import { UsageError } from "../../../src/cli/usage-error.ts";

function read(text: string) {
	return parseRegistryFile(text, "regmigrate.yml");
}

/** What the file is refused with: the message, and what follows it. */
function refused(text: string): readonly string[] {
	try {
		read(text);
	} catch (error) {
		if (error instanceof UsageError)
			return [error.message, ...error.suggestions];
		throw error;
	}
	throw new Error("It was not refused");
}

const CANNOT = "Cannot use the registry file regmigrate.yml: ";

test("a node alone needs no list, and is named for where it answers", () => {
	const { description } = read(`
kind: distribution
url: http://127.0.0.1:5000
configuration: /etc/docker/registry/config.yml
restart: systemctl restart docker-registry
`);
	expect(description).toEqual({
		kind: "distribution",
		nodes: [
			{
				name: "127.0.0.1:5000",
				url: new URL("http://127.0.0.1:5000"),
				configuration: "/etc/docker/registry/config.yml",
				restart: "systemctl restart docker-registry",
			},
		],
	});
});

test("what is said beside the nodes is said of each that says nothing else", () => {
	const { description, access } = read(`
kind: linux-package
gitlabCtl: /opt/gitlab/bin/gitlab-ctl
access: { username: operator, passwordFile: /etc/regmigrate/password }
nodes:
  - { name: 1, url: "https://registry-1:5000", ssh: root@registry-1 }
  - { name: 2, url: "https://registry-2:5000", via: [docker, exec, -i, gitlab], gitlabCtl: gitlab-ctl }
`);
	expect(description).toEqual({
		kind: "linux-package",
		nodes: [
			{
				name: "1",
				url: new URL("https://registry-1:5000"),
				ssh: "root@registry-1",
				gitlabCtl: "/opt/gitlab/bin/gitlab-ctl",
			},
			{
				name: "2",
				url: new URL("https://registry-2:5000"),
				via: ["docker", "exec", "-i", "gitlab"],
				gitlabCtl: "gitlab-ctl",
			},
		],
	});
	expect(access).toEqual({
		username: "operator",
		passwordFile: "/etc/regmigrate/password",
	});
});

test("the example of docs/registry.md is read", () => {
	const readme = readFileSync(
		new URL("../../../docs/registry.md", import.meta.url),
		"utf8",
	);
	const [, example = ""] = /```yaml\n(.*?)```/s.exec(readme) ?? [];
	const { description, access } = read(example);
	expect(description.nodes.map(({ name }) => name)).toEqual([
		"registry-1",
		"registry-2",
	]);
	expect(access.repository).toBe("team/app");
});

test("all kinds are read", () => {
	const helm = read(
		"{kind: helm, url: 'http://r:5000', release: gitlab, namespace: git, chart: gitlab/gitlab, valuesPrefix: ''}",
	);
	expect(helm.description.nodes).toMatchObject([{ valuesPrefix: "" }]);
	const hooks = read(
		"{kind: hooks, url: 'http://r:5000', readOnly: freeze, readWrite: thaw}",
	);
	expect(hooks.description.nodes).toMatchObject([{ readOnly: "freeze" }]);
});

test.each([
	["", "line 1: it has to be a map of names and values"],
	["url: http://r:5000", 'line 1: "kind" is missing'],
	[
		"\nkind: distributoin",
		'line 2: "kind" has to be one of distribution, linux-package, helm, hooks',
	],
	["kind: [a", "line 1 is not YAML"],
	["kind: hooks\nkind: hooks", "line 2 has a name that is there already"],
	["kind: *nowhere", "its YAML aliases cannot be resolved"],
	[
		"kind: hooks\nreadOnly: a\nreadWrite: b\nurl: registry:5000",
		'line 4: "url" has to be where the node itself answers, as http://HOST:PORT or https://HOST:PORT, without user, path or query',
	],
	[
		"kind: hooks\nreadOnly: a\nreadWrite: b\nurl: http://user:secret@registry:5000",
		'line 4: "url" has to be where the node itself answers, as http://HOST:PORT or https://HOST:PORT, without user, path or query',
	],
	[
		"kind: hooks\nreadOnly: [a]\nreadWrite: b\nurl: http://r:5000",
		'line 2: "readOnly" has to be a text',
	],
	[
		"kind: hooks\nreadOnly:\nreadWrite: b\nurl: http://r:5000",
		'line 2: "readOnly" has to be a text',
	],
	[
		"kind: hooks\nread-only: a\nreadOnly: a\nreadWrite: b\nurl: http://r:5000",
		'line 2: there is no "read-only": is it "readOnly"?',
	],
	[
		"kind: linux-package\nurl: http://r:5000\nconfiguration: gitlab.rb",
		'line 3: "configuration" has to be an absolute path',
	],
	[
		"kind: linux-package\nurl: http://r:5000\naccess:\n  passwordfile: /etc/p",
		'line 4: there is no "passwordfile": is it "passwordFile"?',
	],
	[
		"kind: linux-package\nnodes:\n  - url: http://r:5000\n  - name: b",
		'line 4: "url" is missing',
	],
	[
		"kind: linux-package\nnodes:\n  - url: http://r:5000\n  - name: b\n    url: http://r:5000",
		"line 5: another node has the same url; each needs one where it answers itself, and no load balancer",
	],
	[
		"kind: linux-package\nnodes: []",
		'line 2: "nodes" has to be a list of nodes, and not empty',
	],
	[
		"kind: linux-package\nnodes: {a: b}",
		'line 2: "nodes" has to be a list of nodes',
	],
	[
		"kind: linux-package\nnodes: [a]",
		'line 2: "nodes[0]" has to be a map of names and values',
	],
	[
		"kind: linux-package\nurl: http://r:5000\nvia: docker exec",
		'line 3: "via" has to be a list of words',
	],
	[
		"kind: linux-package\nurl: http://r:5000\nvia: [docker, {}]",
		'line 3: "via[1]" has to be a text',
	],
])("%j is refused: %s", (text, problem) => {
	expect(refused(text)[0]).toBe(CANNOT + problem);
});

test("all that is wrong is told at once, each once, and no value", () => {
	expect(
		refused(`kind: distribution
restrat: secret
nodes:
  - { url: "http://a:1", configuration: secret }
  - { url: "http://b:1", configuration: /etc/c, restart: [secret] }
`),
	).toEqual([
		`${CANNOT}line 4: "nodes[0].configuration" has to be an absolute path`,
		'Also, line 4: "restart" is missing',
		'Also, line 2: there is no "restrat": is it "restart"?',
		'Also, line 5: "nodes[1].restart" has to be a text',
	]);
});
