import { sign } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { requireTool } from "../../../scripts/services/find-tool.ts";
import { freePort } from "../../../scripts/services/free-port.ts";
import { distributionNode } from "../../../src/registry/distribution/distribution-node.ts";
import { localHost } from "../../../src/registry/host/local-host.ts";
import type { RegistryNode } from "../../../src/registry/node.ts";
import type { Credentials } from "../../../src/registry/probe/credentials.ts";
import { probeWrites } from "../../../src/registry/probe/probe-writes.ts";
import { RegistryClient } from "../../../src/registry/probe/registry-client.ts";
import { Authority, type Certificate } from "../../store/http/certificates.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Of the user "test": the password "a". A test vector of jBCrypt. */
const PASSWORDS =
	"test:$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe\n";

/** A repository with a tag, by which a storage is told from another. */
export const MARKER =
	"docker/registry/v2/repositories/found-here/_manifests/tags/v1/current/link";

/** A node on which a real registry runs by a configuration file, in which only paths and ports are others. */
export class ServedNode {
	readonly folder: string;
	readonly configuration: string;
	readonly text: string;
	readonly node: RegistryNode;
	readonly #credentials: Credentials | undefined;

	private constructor(
		folder: string,
		{
			text,
			program,
			port,
			credentials,
			environment,
		}: {
			readonly text: string;
			readonly program: string;
			readonly port: number;
			readonly credentials: Credentials | undefined;
			readonly environment: string;
		},
	) {
		this.folder = folder;
		this.text = text;
		this.#credentials = credentials;
		this.configuration = join(folder, "config.yml");
		writeFileSync(this.configuration, text, { mode: 0o640 });
		const restart = join(folder, "restart");
		writeFileSync(
			restart,
			`cd "$(dirname "$0")"
old=$(cat pid 2>/dev/null) && kill "$old" 2>/dev/null
while grep -qs '^State:.[^Z]' "/proc/$old/status"; do sleep 0.02; done
export OTEL_TRACES_EXPORTER=none
${environment} '${program}' serve config.yml >>log 2>&1 &
echo $! >pid
`,
		);
		this.node = distributionNode(
			{
				name: "registry-1",
				url: new URL(`http://127.0.0.1:${port}`),
				configuration: this.configuration,
				restart: `sh ${restart}`,
			},
			localHost,
		);
	}

	/** Writes the file in a folder that goes with the test. Nothing runs yet. `environment` stands before the command. */
	static async of(
		text: string,
		version: "2" | "3",
		environment = "",
	): Promise<ServedNode> {
		const folder = temporaryFolder();
		const { path } = await requireTool(`registry-${version}`);
		const port = await freePort();
		const storage = join(folder, "storage");
		mkdirSync(storage);
		mkdirSync(join(folder, "etc"));
		writeFileSync(join(folder, "etc/passwd"), PASSWORDS);
		const authority = new Authority("a token service");
		writeFileSync(join(folder, "etc/registry.crt"), authority.cert);
		const served = new ServedNode(folder, {
			text: text
				.replaceAll(
					/\/(var\/lib\/registry|storage|home\/git\/\S+\/registry|var\/opt\/\S+?\/registry|srv\/registry|mnt\/nfs\/registry)(?=["',}\s]|$)/g,
					storage,
				)
				.replaceAll("/etc/registry/", `${folder}/etc/`)
				.replaceAll(
					/(localhost|127\.0\.0\.1|0\.0\.0\.0)?:5000/g,
					`127.0.0.1:${port}`,
				)
				.replaceAll(/(localhost)?:5001/g, "127.0.0.1:0"),
			program: path,
			port,
			credentials: credentialsFor(text, authority.certify(["tokens"])),
			environment,
		});
		onTestFinished(() => served.#end());
		return served;
	}

	get current(): string {
		return readFileSync(this.configuration, "utf8");
	}

	/** What the registry answers of itself, as soon as it answers. */
	async state(): Promise<string> {
		const client = new RegistryClient(this.node.url, {
			credentials: this.#credentials,
		});
		await using _ = client;
		for (let attempt = 0; ; attempt++) {
			const { state, because } = await probeWrites(client);
			if (state !== "unknown") return state;
			if (attempt === 60)
				throw new Error(
					`${because}\n${readFileSync(join(this.folder, "log"), "utf8").slice(-3000)}`,
				);
			await sleep(50);
		}
	}

	/** The status of the request for the tags of the repository that is found in one storage only. */
	async markerStatus(): Promise<number> {
		await using client = new RegistryClient(this.node.url, {
			credentials: this.#credentials,
		});
		const { status } = await client.request({
			method: "GET",
			path: "/v2/found-here/tags/list",
			scope: "repository:found-here:pull",
		});
		return status;
	}

	#end(): void {
		try {
			process.kill(Number(readFileSync(join(this.folder, "pid"))), "SIGKILL");
		} catch {
			// It never ran, or has ended.
		}
	}
}

/** Those whom the configuration lets in. */
function credentialsFor(
	text: string,
	certificate: Certificate,
): Credentials | undefined {
	if (text.includes("htpasswd"))
		return { kind: "password", username: "test", password: "a" };
	const issuer = /"?issuer"?: ?"?([\w-]+)/.exec(text)?.[1];
	return issuer === undefined
		? undefined
		: { kind: "bearer", token: tokenOf(issuer, certificate) };
}

/** A token of the token service. Source: distribution's token specification. */
function tokenOf(issuer: string, { cert, key }: Certificate): string {
	const now = Math.floor(Date.now() / 1000);
	const header = {
		typ: "JWT",
		alg: "ES256",
		x5c: [cert.replaceAll(/-----.*-----|\s/g, "")],
	};
	const claims = {
		iss: issuer,
		sub: "test",
		aud: "container_registry",
		iat: now - 60,
		nbf: now - 60,
		exp: now + 600,
		jti: "test",
		access: ["found-here"].map((name) => ({
			type: "repository",
			name,
			actions: ["pull"],
		})),
	};
	const signed = [header, claims]
		.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
		.join(".");
	const signature = sign("sha256", Buffer.from(signed), {
		key,
		dsaEncoding: "ieee-p1363",
	});
	return `${signed}.${signature.toString("base64url")}`;
}
