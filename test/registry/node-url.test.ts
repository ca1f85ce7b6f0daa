import { expect, test } from "vitest";
import { parseYaml } from "../../src/registry/configuration-yaml.ts";
import { nodeUrl } from "../../src/registry/node-url.ts";

test.each([
	["addr: ':5000'", "http://127.0.0.1:5000/"],
	["addr: 0.0.0.0:5000", "http://127.0.0.1:5000/"],
	["addr: '[::]:5000'", "http://127.0.0.1:5000/"],
	["addr: '[::1]:5000'", "http://[::1]:5000/"],
	["addr: localhost:5000", "http://localhost:5000/"],
	[
		"{addr: 'registry-1:443', tls: {certificate: /c, key: /k}}",
		"https://registry-1/",
	],
	[
		"{addr: 'registry-1:443', tls: {letsencrypt: {cachefile: /c}}}",
		"https://registry-1/",
	],
	[
		"{addr: ':5000', tls: {certificate: '', key: ''}}",
		"http://127.0.0.1:5000/",
	],
	["{addr: ':5000', net: tcp}", "http://127.0.0.1:5000/"],
	["{addr: /run/registry.sock, net: unix}", undefined],
	["addr: ':http'", undefined],
	["addr: ''", undefined],
	["secret: s", undefined],
	["addr: [a]", undefined],
])("http: %s answers at %s", (text, url) => {
	const http = parseYaml(text, "config.yml");
	expect(nodeUrl({ http })?.href).toBe(url);
});
