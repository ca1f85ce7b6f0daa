import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { maskedDiff } from "../../../src/registry/masking/masked-diff.ts";

const SECRET = "hunter2secret";

/** A file that is made, as it is shown. */
function shown(text: string, path = "/etc/registry/config.yml"): string {
	const diff = maskedDiff([{ path, before: undefined, after: `${text}\n` }]);
	return diff
		.split("\n")
		.slice(3)
		.map((line) => line.slice(1))
		.join("\n")
		.trimEnd();
}

describe("maskedDiff", () => {
	test("is as diff -u has it, and leaves out what stays", () => {
		const lines = Array.from({ length: 20 }, (_, index) => `line${index}: x`);
		const before = `${lines.join("\n")}\n`;
		const after = before.replace("line9: x", "line9: y");
		const path = "config.yml";
		expect(maskedDiff([{ path, before, after }])).toBe(
			[
				"--- config.yml",
				"+++ config.yml",
				"@@ -7,7 +7,7 @@",
				" line6: x",
				" line7: x",
				" line8: x",
				"-line9: x",
				"+line9: y",
				" line10: x",
				" line11: x",
				" line12: x",
				"",
			].join("\n"),
		);
	});

	test("names what is made and what is removed", () => {
		const made = { path: "new", before: undefined, after: "a: b\n" };
		const removed = { path: "old", before: "a: b\n", after: undefined };
		expect(maskedDiff([made, removed])).toBe(
			[
				...["--- /dev/null", "+++ new", "@@ -0,0 +1,1 @@", "+a: b"],
				...["--- old", "+++ /dev/null", "@@ -1,1 +0,0 @@", "-a: b", ""],
			].join("\n"),
		);
	});

	test("is empty where nothing changes", () => {
		const same = { path: "same", before: "a: b\n", after: "a: b\n" };
		expect(maskedDiff([same])).toBe("");
		expect(maskedDiff([])).toBe("");
	});

	test("shows that a secret changes, and not how", () => {
		const change = {
			path: "config.yml",
			before: `http:\n  secret: ${SECRET}1\n  addr: :5000\n`,
			after: `http:\n  secret: ${SECRET}2\n  addr: :5000\n`,
		};
		expect(maskedDiff([change])).toContain(
			" http:\n-  secret: ***\n+  secret: ***\n   addr: :5000\n",
		);
	});

	test("masks in one file what another names as a secret, and what it is told", () => {
		const diff = maskedDiff(
			[
				{
					path: "a.yml",
					before: "",
					after: `s3: {secretkey: ${SECRET}, bucket: reg}\n`,
				},
				{ path: "b.txt", before: "", after: `${SECRET} and also-told\n` },
			],
			{ secrets: ["also-told"] },
		);
		expect(diff).toContain("+s3: {secretkey: ***, bucket: reg}\n");
		expect(diff).toContain("+*** and ***\n");
	});
});

describe("in YAML", () => {
	test.for<[string, string]>([
		[`secretkey: ${SECRET}`, "secretkey: ***"],
		[`secretkey: "${SECRET}" # the key`, 'secretkey: "***" # the key'],
		[`secretkey: '${SECRET}''s'`, "secretkey: '***'"],
		["secretkey: 123456789", "secretkey: ***"],
		[`accesskey: !!str &key ${SECRET}`, "accesskey: !!str &key ***"],
		[
			`storage: {"s3": {"secretkey": "${SECRET}"}}`,
			'storage: {"s3": {"secretkey": "***"}}',
		],
		[`x: &key ${SECRET}\nsecretkey: *key`, "x: &key ***\nsecretkey: *key"],
		[
			`private_key: |\n  ${SECRET}\n  ${SECRET}2\nbucket: reg`,
			"private_key: |\n  ***\n  ***\nbucket: reg",
		],
		[`password: >-\n  two\n  words ${SECRET}`, "password: >-\n  ***\n  ***"],
		[
			`notifications:\n  endpoints:\n    - headers:\n        Authorization: [Bearer ${SECRET}]\n        X-Any: [${SECRET}x]`,
			"notifications:\n  endpoints:\n    - headers:\n        Authorization: [***]\n        X-Any: [***]",
		],
		[
			"http:\n  headers:\n    X-Content-Type-Options: [nosniff]",
			"http:\n  headers:\n    X-Content-Type-Options: [nosniff]",
		],
		[
			`credentials:\n  type: client_secret\n  clientid: some-${SECRET}`,
			"credentials:\n  type: client_secret\n  clientid: ***",
		],
		[
			"auth:\n  htpasswd:\n    realm: r\n    path: /etc/htpasswd",
			"auth:\n  htpasswd:\n    realm: r\n    path: /etc/htpasswd",
		],
		[
			"auth:\n  token:\n    realm: https://gitlab/jwt/auth",
			"auth:\n  token:\n    realm: https://gitlab/jwt/auth",
		],
		[`# secretkey: ${SECRET}`, "# secretkey: ***"],
		[
			`addr: redis://user:${SECRET}@redis:6379/0`,
			"addr: redis://***@redis:6379/0",
		],
		[`dsn: https://${SECRET}@sentry.io/1`, "dsn: ***"],
		[
			`url: https://acc/reg?sv=2&sig=${SECRET}%3D`,
			"url: https://acc/reg?sv=2&sig=***",
		],
		["privatekey: /etc/key.pem", "privatekey: /etc/key.pem"],
	])("%j", ([text, masked]) => {
		expect(shown(text)).toBe(masked);
	});

	test("that a parser refuses, too", () => {
		const text = `a: [\nsecretkey: "${SECRET}"\nb: {secret: ${SECRET}2, c: d}\n  password: |\n    ${SECRET}3\n  e: f`;
		expect(shown(text)).toBe(
			'a: [\nsecretkey: "***"\nb: {secret: ***, c: d}\n  password: |\n    ***\n  e: f',
		);
	});

	test("of Kubernetes: what a Secret holds, and not what it is called", () => {
		const encoded = Buffer.from(`s3: {secretkey: ${SECRET}}`).toString(
			"base64",
		);
		const text = [
			"apiVersion: v1\nkind: Secret\nmetadata: {name: registry-storage}",
			`data:\n  config: ${encoded}`,
			`stringData:\n  plain: ${SECRET}`,
			`  config: |\n    s3:\n      secretkey: ${SECRET}\n      bucket: reg`,
		].join("\n");
		expect(shown(text)).toBe(
			[
				"apiVersion: v1\nkind: Secret\nmetadata: {name: registry-storage}",
				"data:\n  config: ***",
				"stringData:\n  plain: ***",
				"  config: |\n    s3:\n      secretkey: ***\n      bucket: reg",
			].join("\n"),
		);
	});

	test("of a chart: the names of Secrets stay", () => {
		const text = [
			"registry:\n  storage:\n    secret: registry-storage\n    key: config",
			"  httpSecret:\n    secret: gitlab-registry-httpsecret",
			`  existingSecret: registry-storage\n  password: ${SECRET}`,
		].join("\n");
		expect(shown(text)).toBe(text.replace(SECRET, "***"));
	});
});

describe("in gitlab.rb", () => {
	test.for<[string, string]>([
		[
			`registry['http_secret'] = "${SECRET}"`,
			`registry['http_secret'] = "***"`,
		],
		[
			`'secretkey' => '${SECRET}', 'bucket' => 'reg'`,
			"'secretkey' => '***', 'bucket' => 'reg'",
		],
		[`:secretkey => '${SECRET}'`, ":secretkey => '***'"],
		[
			`registry['storage']['s3']['secretkey'] = '${SECRET}'`,
			"registry['storage']['s3']['secretkey'] = '***'",
		],
		["'secretkey' => ENV['S3_SECRET'],", "'secretkey' => ENV['S3_SECRET'],"],
		[
			"'secretkey' => File.read('/etc/s3').strip",
			"'secretkey' => File.read('/etc/s3').strip",
		],
		[
			`'secretkey' => ENV.fetch('S3', '${SECRET}')`,
			"'secretkey' => ENV.fetch('S3', '***')",
		],
		[
			"'bucket' => \"a-#{name}\", 'secretkey' => keys['key'].fetch('s3')",
			"'bucket' => \"a-#{name}\", 'secretkey' => keys['key'].fetch('s3')",
		],
		[`'secretkey' => ['${SECRET}'].first`, "'secretkey' => ['***'].first"],
		["'secretkey' => secrets[:s3]", "'secretkey' => secrets[:s3]"],
		[`'secretkey' => %q(${SECRET})`, "'secretkey' => %q(***)"],
		[`'secretkey' =>\n  '${SECRET}'`, "'secretkey' =>\n  '***'"],
		[
			`'credentials' => {\n  'private_key' => "${SECRET}\\n",\n  'type' => 'x' }`,
			`'credentials' => {\n  'private_key' => "***",\n  'type' => '***' }`,
		],
		[
			`'secretkey' => <<~KEY,\n  ${SECRET}\nKEY\n'bucket' => 'reg'`,
			"'secretkey' => <<~KEY,\n  ***\nKEY\n'bucket' => 'reg'",
		],
		[
			`# gitlab_rails['smtp_password'] = "${SECRET}"`,
			`# gitlab_rails['smtp_password'] = "***"`,
		],
		[`# the password: ${SECRET}`, "# the password: ***"],
		[
			`registry['env'] = { 'REGISTRY_STORAGE_S3_SECRETKEY' => '${SECRET}' }`,
			"registry['env'] = { 'REGISTRY_STORAGE_S3_SECRETKEY' => '***' }",
		],
		[
			`key = '${SECRET}'\nregistry['storage'] = { 's3' => { 'secretkey' => key } }`,
			"key = '***'\nregistry['storage'] = { 's3' => { 'secretkey' => key } }",
		],
		[
			`keys = { 'one' => '${SECRET}', 'two' => "x-${SECRET}" }\n'secretkey' => keys['one']`,
			"keys = { 'one' => '***', 'two' => \"***\" }\n'secretkey' => keys['one']",
		],
		[
			`A = '${SECRET}'\nb = A + 'x'\n'secretkey' => "#{1}" + b,`,
			"A = '***'\nb = A + '***'\n'secretkey' => \"***\" + b,",
		],
		[
			`'headers' => { 'X-Any' => ['${SECRET}'] }, 'url' => 'https://x'`,
			"'headers' => { 'X-Any' => ['***'] }, 'url' => 'https://x'",
		],
		[
			`gitlab_rails['ldap_servers'] = YAML.load <<-EOS\nmain:\n  password: ${SECRET}\n  host: ldap\nEOS\n`,
			"gitlab_rails['ldap_servers'] = YAML.load <<-EOS\nmain:\n  password: ***\n  host: ldap\nEOS",
		],
		[
			`key = 'zq7<<Azq7'\nregistry['storage'] = { 's3' => { 'accesskey' => key } }\nA\n`,
			"key = '***'\nregistry['storage'] = { 's3' => { 'accesskey' => key } }\nA",
		],
		[
			`# <<EOS and '\nkey = "#{h["<<EOS"]}" + '${SECRET}'\ntoken = key\nEOS\n`,
			`# <<EOS and '\nkey = "***" + '***'\ntoken = key\nEOS`,
		],
		[
			`token = [<<~ONE, <<-'TWO'].join, 'bucket' => 'reg'\n  ${SECRET}\nONE\n  ${SECRET}2\nTWO\n`,
			"token = [<<~ONE, <<-'TWO'].join, 'bucket' => 'reg'\n  ***\nONE\n  ***\nTWO",
		],
		[
			`list <<ITEM\nname = x.sub(/'/, ?')\ntoken = key\nkey = %q(a (b) ${SECRET})`,
			"list <<ITEM\nname = x.sub(/'/, ?')\ntoken = key\nkey = %q(***)",
		],
		[
			"gitlab_rails['smtp_enable'] = true",
			"gitlab_rails['smtp_enable'] = true",
		],
	])("%j", ([text, masked]) => {
		expect(shown(text, "/etc/gitlab/gitlab.rb")).toBe(masked);
	});
});

/** Random configurations, whose secrets all hold the same mark. */
describe("no secret of a random configuration is shown", () => {
	const MARK = "zq7";
	const secret = fc
		.string({ unit: "grapheme-ascii", minLength: 3, maxLength: 40 })
		.map((text) => `${MARK}${text.trim().replaceAll(MARK, "")}${MARK}`);
	const names = fc.constantFrom(
		...["accesskey", "secretkey", "sessiontoken", "accountkey", "secret"],
		...["password", "token", "htpasswd", "http_secret", "private_key"],
	);
	const plain = fc.constantFrom(
		"reg",
		"eu-west-1",
		"/var/lib/registry",
		"true",
	);
	const others = fc.constantFrom("bucket", "region", "rootdirectory", "addr");
	const level = (below: fc.Arbitrary<object>): fc.Arbitrary<object> =>
		fc
			.tuple(
				fc.dictionary(names, secret, { maxKeys: 3 }),
				fc.dictionary(others, plain, { maxKeys: 3 }),
				fc.dictionary(fc.constantFrom("storage", "s3", "redis"), below, {
					maxKeys: 2,
				}),
			)
			.map(([secrets, rest, maps]) => ({ ...rest, ...secrets, ...maps }));
	const tree = level(level(level(fc.constant({}))));
	const asRuby = (value: unknown): string =>
		typeof value === "object" && value !== null
			? `{ ${Object.entries(value)
					.map(([name, member]) => `'${name}' => ${asRuby(member)}`)
					.join(", ")} }`
			: `'${String(value).replaceAll(/[\\']/g, "\\$&")}'`;
	const forms: Readonly<Record<string, (tree: unknown) => string>> = {
		"config.yml": (value) => stringify(value),
		"flow.yml": (value) => stringify(value, { collectionStyle: "flow" }),
		"quoted.yml": (value) =>
			stringify(value, { defaultStringType: "QUOTE_SINGLE", lineWidth: 30 }),
		"folded.yml": (value) =>
			stringify(value, { defaultStringType: "BLOCK_FOLDED", lineWidth: 20 }),
		"config.json": (value) => JSON.stringify(value, undefined, 2),
		"json.yml": (value) => `version: 0.1\nstorage: ${JSON.stringify(value)}\n`,
		"commented.yml": (value) =>
			stringify(value, { lineWidth: 0 }).replaceAll(/^/gm, "# "),
		"gitlab.rb": (value) => `registry['storage'] = ${asRuby(value)}\n`,
		"variables.rb": (value) => {
			const assigned: string[] = [];
			const rest = asRuby(value).replaceAll(/'zq7(?:\\.|[^'\\])*'/g, (text) => {
				assigned.push(`value_${assigned.length} = ${text}\n`);
				return `value_${assigned.length - 1}`;
			});
			return `${assigned.join("")}registry['storage'] = ${rest}\n`;
		},
		"broken.yml": (value) => `{]\n${stringify(value, { lineWidth: 0 })}`,
	};

	test.each(Object.entries(forms))("in %s", (path, write) => {
		fc.assert(
			fc.property(tree, tree, (one, other) => {
				const before = write(one);
				const after = write(other);
				const diff = maskedDiff([{ path, before, after }], { context: 99 });
				expect(diff).not.toContain(MARK);
				// What is none is still there to be read.
				if (before !== after && after.includes("eu-west-1"))
					expect(diff).toContain("eu-west-1");
			}),
			{ numRuns: 100 },
		);
	});
});
