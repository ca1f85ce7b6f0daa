import {
	mkdirSync,
	mkdtempSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigurationError } from "../../src/registry/configuration-error.ts";
import {
	isConfiguration,
	readConfiguration,
} from "../../src/registry/configured-store.ts";
import { SECRET } from "./configuration.ts";

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "regmigrate-configuration-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a configuration with this storage section, and names it. */
function configuration(storage: unknown, name = "config.yml"): string {
	const file = join(folder, name);
	writeFileSync(file, JSON.stringify({ version: 0.1, storage }));
	return file;
}

const S3 = {
	s3: { bucket: "reg", region: "eu-west-1", rootdirectory: "/pre" },
};
const AZURE = {
	azure_v2: {
		accountname: "acc",
		accountkey: SECRET,
		container: "reg",
		realm: "core.chinacloudapi.cn",
	},
};

test.each([
	["config:/etc/docker/registry/config.yml", true],
	["config:config.yml", true],
	["./config:x", false],
	["config.yml", false],
	["/etc/config:x", false],
	["s3://config:x", false],
])("%j names a configuration: %s", (text, isOne) => {
	expect(isConfiguration(text)).toBe(isOne);
});

describe("a configuration", () => {
	test("is where the objects are, and the credentials beside", async () => {
		const file = configuration(AZURE);
		const { url, environment } = await readConfiguration(`config:${file}`);
		expect(url.href).toBe(
			"az://acc/reg?realm=core.chinacloudapi.cn&root-prefix=trimmed",
		);
		expect(environment.AZURE_STORAGE_KEY).toBe(SECRET);
	});

	test("may be named by a relative path, and have an odd name", async () => {
		const file = configuration(S3, "a b#%20ü&.yml");
		const { url } = await readConfiguration(`config:${relative(".", file)}`);
		expect(url.href).toBe("s3://reg/pre?region=eu-west-1");
	});

	test.each([
		[
			S3,
			"endpoint=https://vpce",
			"s3://reg/pre?region=eu-west-1&endpoint=https%3A%2F%2Fvpce",
		],
		[S3, "region=us-east-1&sse=kms", "s3://reg/pre?region=us-east-1&sse=kms"],
		[
			AZURE,
			"endpoint=https://h/acc",
			"az://acc/reg?root-prefix=trimmed&endpoint=https%3A%2F%2Fh%2Facc",
		],
		[
			AZURE,
			"root-prefix=legacy",
			"az://acc/reg?realm=core.chinacloudapi.cn&root-prefix=legacy",
		],
		[S3, "", "s3://reg/pre?region=eu-west-1"],
		// The store refuses what is there twice.
		[S3, "region=a&region=b", "s3://reg/pre?region=a&region=b"],
	])("gives way to options: %j and %s", async (storage, options, url) => {
		const name = `config:${configuration(storage)}?${options}`;
		expect((await readConfiguration(name)).url.href).toBe(url);
	});

	async function refused(name: string): Promise<ConfigurationError> {
		const error: unknown = await readConfiguration(name).catch(
			(reason: unknown) => reason,
		);
		if (!(error instanceof ConfigurationError)) throw error;
		expect(`${error.message} ${error.suggestions}`).not.toContain(SECRET);
		return error;
	}

	test("that is not there, is a directory, or is empty is refused", async () => {
		mkdirSync(join(folder, "directory"));
		writeFileSync(join(folder, "empty"), " \n");
		const cases = [
			["absent", "unreadable", /no such file/],
			["empty/below", "unreadable", /no such file/],
			["directory", "unreadable", /a directory/],
			["empty", "malformed", /empty/],
		] as const;
		for (const [name, code, reason] of cases) {
			const error = await refused(`config:${join(folder, name)}`);
			expect(error.code).toBe(code);
			expect(error.message).toMatch(reason);
		}
		expect((await refused("config:")).message).toMatch(/not named/);
		expect((await refused("config:?x=y")).message).toMatch(/not named/);
	});

	test("that is longer than any is refused before it is read to its end", async () => {
		writeFileSync(join(folder, "long"), "");
		truncateSync(join(folder, "long"), 2 ** 40);
		const { message } = await refused(`config:${join(folder, "long")}`);
		expect(message).toMatch(/longer than a registry's configuration/);
		const device = await refused("config:/dev/zero");
		expect(device.message).toMatch(/it is a device, not a file/);
	});

	test("with a key file that this machine does not have is refused", async () => {
		const keyfile = join(folder, "key.json");
		const name = `config:${configuration({ gcs: { bucket: "reg", keyfile } })}`;
		const { message, suggestions } = await refused(name);
		expect(message).toContain(`gcs.keyfile, ${keyfile}, cannot be read`);
		expect(suggestions.join()).toContain("where it is");
		writeFileSync(keyfile, SECRET);
		const { environment } = await readConfiguration(name);
		expect(environment).toEqual({ GOOGLE_APPLICATION_CREDENTIALS: keyfile });
	});
});
