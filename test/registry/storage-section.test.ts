import { describe, expect, test } from "vitest";
import { parseStorage } from "../../src/registry/storage-section.ts";
import { refusalOf, SECRET } from "./configuration.ts";

const parse = (text: string) => parseStorage(text, "config.yml");

describe("the storage section", () => {
	test("is found in a configuration of Distribution", () => {
		const section = parse(`
version: 0.1
storage:
  cache: {blobdescriptor: inmemory}
  delete: {enabled: true}
  maintenance:
    readonly: {enabled: false}
  redirect: {disable: true}
  tag: {concurrencylimit: 8}
  s3:
    bucket: reg        # the bucket
    encrypt: yes
    chunksize: 5242880
    accesskey: 0123
    secretkey: "a: #b"
    keyid:
http: {addr: ":5000"}
`);
		expect(section).toEqual({
			driver: "s3",
			parameters: {
				bucket: "reg",
				encrypt: "yes",
				chunksize: "5242880",
				// As it is written, and not 123.
				accesskey: "0123",
				secretkey: "a: #b",
				keyid: null,
			},
		});
	});

	test("is found in the line of JSON that GitLab's Linux package writes", () => {
		const section = parse(
			'version: 0.1\nstorage: {"filesystem":{"rootdirectory":"/var/opt/gitlab/registry"},"cache":{"blobdescriptor":"inmemory"},"delete":{"enabled":true}}\n',
		);
		expect(section).toEqual({
			driver: "filesystem",
			parameters: { rootdirectory: "/var/opt/gitlab/registry" },
		});
	});

	test("may be the whole file, as in the secret of GitLab's Helm chart", () => {
		expect(parse("gcs:\n  bucket: reg\n")).toEqual({
			driver: "gcs",
			parameters: { bucket: "reg" },
		});
	});

	test.each([
		["storage: filesystem", "filesystem"],
		["storage: {filesystem: }", "filesystem"],
		["storage: {filesystem: null, delete: {enabled: true}}", "filesystem"],
	])("%j is a driver without parameters", (text, driver) => {
		expect(parse(text)).toEqual({ driver, parameters: {} });
	});

	test("may be made of anchors and merged maps", () => {
		const { parameters } = parse(
			"x: &keys {accesskey: a, secretkey: b}\nstorage:\n  s3:\n    <<: *keys\n    bucket: reg\n",
		);
		expect(parameters).toEqual({
			accesskey: "a",
			secretkey: "b",
			bucket: "reg",
		});
	});

	test.each([
		[
			"storage: {s3: {bucket: a}, filesystem: {}}",
			/more than one driver \(s3, filesystem\)/,
		],
		["storage: {delete: {enabled: true}}", /names no driver/],
		["storage: ", /names no driver/],
		["storage: []", /names no driver/],
		["storage: {s3: [a]}", /s3 driver are not a map/],
		["version: 0.1\nhttp: {addr: x}", /no storage section/],
	])("%j is refused", (text, reason) => {
		const { code, message } = refusalOf(() => parse(text));
		expect(code).toBe("unsupported");
		expect(message).toMatch(reason);
	});

	test.each([
		[`storage: {s3: {secretkey: ${SECRET}\n`, /not YAML \(line \d+, column/],
		[`storage:\n  s3: ${SECRET}: x: y\n`, /not YAML \(line 2, column/],
		[`a: ${SECRET}\na: ${SECRET}\n`, /a name is there twice \(line 2/],
		[`a: 1\n---\nb: ${SECRET}\n`, /second document/],
		[`storage: *${SECRET}\n`, /aliases|YAML/],
		[`- ${SECRET}\n`, /a map of names and values/],
		[SECRET, /a map of names and values/],
		[`\u0000${SECRET}`, /./],
	])("%j is told by its place alone (I7)", (text, reason) => {
		const { code, message } = refusalOf(() => parse(text));
		expect(code).toBe("malformed");
		expect(message).toMatch(reason);
	});
});
