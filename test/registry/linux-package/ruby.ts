import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { requireTool } from "../../../scripts/services/find-tool.ts";
import { mapOf, type Tree } from "../../../src/registry/tree.ts";

/** A `gitlab.rb` in the manner of real ones, with what its evaluation needs. */
export interface RealFile {
	readonly name: string;
	readonly path: string;
	readonly text: string;
	readonly environment: Readonly<Record<string, string>>;
}

const FILES = join(import.meta.dirname, "files");

/** What the files take from their environment. */
const SECRETS = {
	AZURE_ACCOUNT_KEY: "test-azure-account-key",
	SWIFT_PASSWORD: "test-swift-password",
	REGISTRY_DB_PASSWORD: "test-database-password",
	GEO_TOKEN: "test-geo-token-of-the-environment",
};

/** What Docker's image evaluates before its file. */
const OMNIBUS_CONFIG = `
external_url 'https://gitlab.example.com'; registry_external_url 'https://registry.example.com'
registry['storage'] = { 's3' => { 'bucket' => 'docker', 'region' => 'us-east-1', 'secretkey' => ENV['S3_SECRET'] } }
registry['storage']['redirect']['disable'] = true
`;

/** All the files. */
export function realFiles(): readonly RealFile[] {
	const names = readdirSync(FILES).filter((name) => name.endsWith(".rb"));
	return names.map((name) => {
		const path = join(FILES, name);
		const text = readFileSync(path, "utf8");
		return {
			name,
			path,
			text,
			environment:
				name === "omnibus-config.rb"
					? {
							GITLAB_OMNIBUS_CONFIG: OMNIBUS_CONFIG,
							S3_SECRET: "test-s3-secret",
						}
					: SECRETS,
		};
	});
}

/** What a file configures, by real Ruby. */
export async function evaluate(
	path: string,
	environment: Readonly<Record<string, string>>,
): Promise<Tree> {
	const program = join(
		import.meta.dirname,
		"../../support/linux-package/evaluate.rb",
	);
	const ruby = await requireTool("ruby");
	const { stdout } = await promisify(execFile)(ruby.path, [program, path], {
		env: { PATH: process.env.PATH, LANG: "C", ...environment },
	});
	const value: unknown = JSON.parse(stdout);
	return mapOf(value);
}

/** A folder for copies that are edited, with what the files include. */
export function folderForCopies(folder: string): string {
	mkdirSync(folder, { recursive: true });
	for (const beside of ["secrets", "included"])
		execFileSync("cp", ["-r", join(FILES, beside), folder]);
	return folder;
}
