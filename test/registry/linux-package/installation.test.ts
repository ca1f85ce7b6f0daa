import { describe, expect, test } from "vitest";
import { parseRunScript } from "../../../src/registry/linux-package/installation.ts";
import { parseNode } from "../../../src/registry/linux-package/last-reconfigure.ts";
import { parseConfiguration } from "../../../src/registry/linux-package/show-config.ts";

describe("parseRunScript", () => {
	test("finds the configuration, the environment and the program", () => {
		const script = `#!/bin/bash
set -e # fail on errors

exec 2>&1

cd /srv/registry

exec chpst -e /opt/gitlab/etc/registry/env -P \\
  -U registry:registry \\
  -u registry:registry \\
  /opt/gitlab/embedded/bin/registry serve ./config.yml
`;
		expect(parseRunScript(script, "run")).toEqual({
			configuration: "/srv/registry/config.yml",
			environment: "/opt/gitlab/etc/registry/env",
			program: "/opt/gitlab/embedded/bin/registry",
			user: "registry:registry",
		});
	});

	test("takes one of a version without an environment of its own", () => {
		const script =
			"cd /var/opt/gitlab/registry\nexec chpst -P \\\n  -U registry:registry \\\n  /opt/gitlab/embedded/bin/registry serve ./config.yml\n";
		expect(parseRunScript(script, "run")).toMatchObject({
			configuration: "/var/opt/gitlab/registry/config.yml",
			environment: undefined,
		});
	});

	test("refuses what is none", () => {
		expect(() => parseRunScript("exec sleep 1\n", "/x/run")).toThrow(
			"Cannot tell from /x/run which configuration",
		);
	});
});

describe("parseConfiguration", () => {
	test("finds the JSON after what else is printed", () => {
		const printed =
			'Deprecation: {x}\n{\n  "registry": { "enable": true }\n}\n\n';
		expect(parseConfiguration(printed)).toEqual({ registry: { enable: true } });
	});

	test.each(["", "nothing", "{ not JSON }", '{\n  "registry": {'])(
		"finds none in %j",
		(printed) => {
			expect(parseConfiguration(printed)).toBeUndefined();
		},
	);
});

describe("parseNode", () => {
	test("lays what the cluster's file says over the rest", () => {
		const normal = { gitlab: { geo: { a: 1, b: 1 } } };
		const override = { gitlab: { geo: { b: 2 } } };
		expect(parseNode(JSON.stringify({ normal, override }))).toEqual({
			gitlab: { geo: { a: 1, b: 2 } },
		});
	});

	test.each(["", "{", '{"normal":{"tags":[]}}'])(
		"knows nothing of %j",
		(text) => {
			expect(parseNode(text)).toBeUndefined();
		},
	);
});
