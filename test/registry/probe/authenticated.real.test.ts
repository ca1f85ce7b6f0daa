import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import {
	filesystemStorage,
	type RegistryServer,
	startRegistry,
} from "../../../scripts/services/registry.ts";
import { probeWrites } from "../../../src/registry/probe/probe-writes.ts";
import { askVersion } from "../../../src/registry/probe/registry-version.ts";
import { temporaryFolder } from "../../e2e/temporary-folder.ts";
import { tlsFront } from "../../e2e/tls-front.ts";
import { startTokenServer } from "../../e2e/token-server.ts";
import { Authority } from "../../store/http/certificates.ts";
import { InspectingProxy } from "../../store/http/inspecting-proxy.ts";
import { trust } from "../../store/http/trust.ts";
import { FaultyServer } from "../../support/faulty-server.ts";
import { hasTools } from "../../support/services.ts";
import { clientOf, PASSWORD, SECRET } from "./scripted-registry.ts";

/** The password's hash by bcrypt, at its least cost. */
const HTPASSWD = "$2b$04$abcdefghijklmnopqrstuuhHhTiX4RNY9.SLpNFpIRYLMx6..PaG2";

let folder: string;
beforeEach(async () => {
	folder = await temporaryFolder();
});

describe.each(["3", "2"] as const)("a registry of version %s", (version) => {
	const skipped = test.skipIf(!hasTools(`registry-${version}`));

	async function start(
		enabled: boolean,
		auth?: Readonly<Record<string, unknown>>,
	): Promise<RegistryServer> {
		const root = join(folder, "storage");
		mkdirSync(root, { recursive: true });
		const registry = await startRegistry({
			version,
			directory: join(folder, `registry-${enabled}`),
			storage: {
				...filesystemStorage(root),
				maintenance: { readonly: { enabled } },
			},
			auth,
		});
		onTestFinished(() => registry.stop());
		return registry;
	}

	const STATES = [
		["read-only", true],
		["writable", false],
	] as const;

	skipped.each(STATES)("with passwords is found %s", async (state, enabled) => {
		const path = join(folder, "htpasswd");
		writeFileSync(path, `somebody:${HTPASSWD}\n`);
		const auth = { htpasswd: { realm: "Registry Realm", path } };
		const { url } = await start(enabled, auth);
		const known = clientOf(url, { credentials: PASSWORD });
		expect(await probeWrites(known)).toMatchObject({ state });
		expect(await askVersion(known)).toMatchObject({ isRegistry: true });
		// Who is not known learns nothing, and does not take it for read-only.
		const wrong = { ...PASSWORD, password: `${SECRET}-2` };
		for (const credentials of [undefined, wrong])
			expect(await probeWrites(clientOf(url, { credentials }))).toMatchObject({
				state: "unknown",
			});
	});

	skipped.each(STATES)(
		"with tokens is found %s by who may pull only, and by who asks for no repository",
		async (state, enabled) => {
			await using tokens = await startTokenServer({
				certificateFile: join(folder, "tokens.pem"),
				credentials: `somebody:${SECRET}`,
				actions: ["pull"],
			});
			const { url } = await start(enabled, tokens.auth);
			await using front = await FaultyServer.start(url);
			for (const repository of ["team/app", undefined]) {
				const client = clientOf(front.origin, { credentials: PASSWORD });
				expect(await probeWrites(client, { repository })).toMatchObject({
					state,
				});
			}
			expect(tokens.scopes()).toEqual(["repository:team/app:pull", ""]);
			// Where OPTIONS tells nothing, the right to pull is too little; and none to push is asked for by a made-up name.
			front.follow(({ method }) =>
				method === "OPTIONS"
					? {
							answer: (answer) => ({
								...answer,
								headers: keep(answer.headers),
							}),
						}
					: undefined,
			);
			for (const repository of ["team/app", undefined])
				expect(
					await probeWrites(clientOf(front.origin, { credentials: PASSWORD }), {
						repository,
					}),
				).toMatchObject({ state: "unknown" });
			expect(tokens.scopes().slice(2)).toEqual([
				"repository:team/app:pull",
				"repository:team/app:pull,push",
				"",
				"",
			]);
		},
	);

	skipped.each(STATES)(
		"with tokens is found %s by a manifest, by who may push",
		async (state, enabled) => {
			await using tokens = await startTokenServer({
				certificateFile: join(folder, "tokens.pem"),
				credentials: `somebody:${SECRET}`,
			});
			const { url } = await start(enabled, tokens.auth);
			await using front = await FaultyServer.start(url);
			front.follow(({ method }) =>
				method === "OPTIONS"
					? { answers: { status: 501, headers: {}, body: Buffer.alloc(0) } }
					: undefined,
			);
			const client = clientOf(front.origin, { credentials: PASSWORD });
			expect(
				await probeWrites(client, { repository: "team/app" }),
			).toMatchObject({ state });
		},
	);

	skipped(
		"behind TLS is asked at its address by the name of its certificate, straight and through a proxy",
		async () => {
			const authority = new Authority("of the registry");
			const { url } = await start(true);
			const front = await tlsFront(url, authority.certify(["registry.test"]));
			const at = `https://${front.host}`;
			const serverName = "registry.test";
			expect(await probeWrites(clientOf(at, { serverName }))).toMatchObject({
				state: "unknown",
				because:
					"the server's certificate is signed by an authority that this machine does not know",
			});
			trust(authority.cert);
			expect(await probeWrites(clientOf(at))).toMatchObject({
				state: "unknown",
				because: expect.stringContaining("certificate is not for"),
			});
			const expected = { state: "read-only" };
			for (const options of [{ serverName }, { verifiesServer: false }])
				expect(await probeWrites(clientOf(at, options))).toMatchObject(
					expected,
				);

			const proxy = await InspectingProxy.start({
				hosts: { "registry.test:443": front.host },
				trusts: authority.cert,
			});
			onTestFinished(() => proxy[Symbol.asyncDispose]());
			trust(authority.cert, proxy.cert);
			const environment = { HTTPS_PROXY: proxy.url };
			const byName = clientOf("https://registry.test", { environment });
			expect(await probeWrites(byName)).toMatchObject(expected);
			expect(proxy.tunnels).toEqual(["registry.test:443"]);
		},
	);
});

/** Without what tells the methods that are allowed. */
function keep<H extends { allow?: unknown }>({ allow: _, ...headers }: H) {
	return headers;
}
