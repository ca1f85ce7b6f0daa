import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import {
	filesystemStorage,
	type RegistryServer,
	type StorageBlock,
	s3Storage,
	startRegistry,
} from "../../../scripts/services/registry.ts";
import { formatDigest, parseDigest } from "../../../src/layout/digest.ts";
import { blobKey } from "../../../src/layout/paths.ts";
import { tryBlobRoute } from "../../../src/registry/probe/blob-route.ts";
import { canaryImage } from "../../../src/registry/probe/canary-image.ts";
import { deleteImage } from "../../../src/registry/probe/delete-image.ts";
import { fetchBlob } from "../../../src/registry/probe/fetch-blob.ts";
import { probeWrites } from "../../../src/registry/probe/probe-writes.ts";
import { pullImage } from "../../../src/registry/probe/pull.ts";
import { pushImage } from "../../../src/registry/probe/push.ts";
import { writeOciLayout } from "../../e2e/oci-layout.ts";
import { pull, push } from "../../e2e/registry-client.ts";
import { temporaryFolder } from "../../e2e/temporary-folder.ts";
import { treeKeys } from "../../e2e/tree.ts";
import { failureOf } from "../../store/http/failures.ts";
import { FaultyServer } from "../../support/faulty-server.ts";
import { hasTools, newBucket, services } from "../../support/services.ts";
import { clientOf } from "./scripted-registry.ts";

const SMALL = canaryImage({ name: "small", chunks: 2, chunkBytes: 2048 });
const LARGE = canaryImage({ name: "large" });

/** A digest, as it is needed to ask for a blob. */
function digest(text: string) {
	const parsed = parseDigest(text);
	if (parsed === undefined) throw new Error(`${text} is no digest`);
	return parsed;
}

let folder: string;
let root: string;
beforeEach(async () => {
	folder = await temporaryFolder();
	root = join(folder, "storage");
});

describe.each(["3", "2"] as const)("a registry of version %s", (version) => {
	const skipped = test.skipIf(!hasTools(`registry-${version}`, "skopeo"));

	async function start(storage: StorageBlock): Promise<RegistryServer> {
		const directory = join(folder, `registry-${readdirSync(folder).length}`);
		const registry = await startRegistry({ version, directory, storage });
		onTestFinished(() => registry.stop());
		return registry;
	}

	skipped(
		"takes an image in chunks, once more, and other clients pull it; then it is deleted",
		async () => {
			const registry = await start(filesystemStorage(root));
			const client = clientOf(registry.url);
			for (const image of [SMALL, LARGE, LARGE])
				await pushImage(client, "team/canary", "v1", image);
			const uploads = treeKeys(root).filter((key) =>
				key.includes("/_uploads/"),
			);
			expect(uploads).toEqual([]);
			for (const reference of ["v1", LARGE.digest])
				expect(await pullImage(client, "team/canary", reference)).toEqual({
					digest: LARGE.digest,
					manifests: 1,
					blobs: 2,
					bytes: LARGE.layerBytes + LARGE.config.length + LARGE.manifest.length,
					hosts: [],
				});
			const pulled = join(folder, "pulled");
			expect(await pull(registry, "team/canary:v1", pulled)).toBe(LARGE.digest);

			await deleteImage(client, "team/canary", LARGE.digest);
			for (const reference of ["v1", LARGE.digest])
				expect(
					await failureOf(pullImage(client, "team/canary", reference)),
				).toMatchObject({
					code: "not-found",
					reason: "the registry answered 404 (MANIFEST_UNKNOWN)",
				});
			await pullImage(client, "team/canary", SMALL.digest);
			await deleteImage(client, "team/canary", LARGE.digest);
		},
	);

	skipped(
		"gives an image of other clients for several platforms, all of them",
		async () => {
			const registry = await start(filesystemStorage(root));
			const layout = join(folder, "layout");
			writeOciLayout(layout, [
				{ tag: "platforms", layers: [800, 900], isMultiPlatform: true },
			]);
			await push(layout, "platforms", registry, "team/app:v1");
			const client = clientOf(registry.url);
			expect(await pullImage(client, "team/app", "v1")).toMatchObject({
				manifests: 4,
				blobs: 9,
				hosts: [],
			});
		},
	);

	skipped("whose storage is damaged is found out", async () => {
		const client = clientOf((await start(filesystemStorage(root))).url);
		await pushImage(client, "a", "v1", SMALL);
		const layer = digest(SMALL.layer);
		writeFileSync(join(root, blobKey(layer)), Buffer.alloc(SMALL.layerBytes));
		expect(await failureOf(pullImage(client, "a", "v1"))).toMatchObject({
			code: "unproven",
			message: expect.stringContaining(
				`Cannot GET the blob ${SMALL.layer} of a at ${client.name}: the 4096 bytes that came have the digest sha256:`,
			),
		});
		writeFileSync(
			join(root, blobKey(digest(SMALL.digest))),
			SMALL.manifest.toString().replace("tar", "tat"),
		);
		expect(await failureOf(pullImage(client, "a", "v1"))).toMatchObject({
			code: "unproven",
			reason: expect.stringMatching(/^its manifest should have the digest/),
		});
	});

	skipped("that refuses is told from one that fails", async () => {
		const writable = clientOf((await start(filesystemStorage(root))).url);
		await pushImage(writable, "a", "v1", SMALL);
		const storage = { filesystem: { rootdirectory: root } };
		const undeletable = clientOf((await start(storage)).url);
		expect(
			await failureOf(deleteImage(undeletable, "a", SMALL.digest)),
		).toMatchObject({
			code: "refused",
			reason: expect.stringContaining("deletes are disabled"),
		});
		const readOnly = clientOf(
			(
				await start({
					...filesystemStorage(root),
					maintenance: { readonly: { enabled: true } },
				})
			).url,
		);
		expect(
			await failureOf(deleteImage(readOnly, "a", SMALL.digest)),
		).toMatchObject({
			code: "refused",
			reason: "the registry is read-only",
		});
		expect(
			await failureOf(pushImage(readOnly, "a", "v2", SMALL)),
		).toMatchObject({ code: "refused", reason: "the registry answered 405" });
		await pullImage(readOnly, "a", "v1");
	});

	skipped(
		"on a bucket sends clients there, and whether they get there is found out for GET and HEAD",
		async () => {
			const { s3 } = services();
			const bucket = await newBucket();
			const registry = await start({
				...s3Storage(s3, bucket),
				redirect: { disable: false },
			});
			const host = new URL(s3.endpoint).host;
			const straight = clientOf(registry.url);
			await pushImage(straight, "team/canary", "v1", LARGE);
			await pushImage(straight, "team/canary", "v1", LARGE);
			expect(await pullImage(straight, "team/canary", "v1")).toMatchObject({
				digest: LARGE.digest,
				hosts: [host],
			});
			const blob = {
				repository: "team/canary",
				digest: digest(SMALL.layer),
				size: SMALL.layerBytes,
			};
			await pushImage(straight, "team/canary", "small", SMALL);
			await using front = await FaultyServer.start(registry.url);
			const client = clientOf(front.origin);
			for (const method of ["GET", "HEAD"] as const)
				expect(await fetchBlob(client, blob, method)).toEqual({
					hosts: [host],
					bytes: SMALL.layerBytes,
				});
			expect(await tryBlobRoute(client, "team/canary", "small")).toEqual({
				hosts: [host],
				failures: [],
			});
			// Clients are sent to where nothing listens, or with a signature that is not for them.
			const sendTo = (change: (url: URL) => void) =>
				front.follow(() => ({
					answer: (answer) => {
						const url = URL.parse(answer.headers.location ?? "");
						if (url === null) return answer;
						change(url);
						return {
							...answer,
							headers: { ...answer.headers, location: url.href },
						};
					},
				}));
			for (const method of ["GET", "HEAD"] as const) {
				sendTo((url) => {
					url.port = "9";
				});
				const lost = await failureOf(fetchBlob(client, blob, method));
				expect(lost).toMatchObject({
					code: "unreachable",
					message: `Cannot ${method} the blob ${formatDigest(blob.digest)} of team/canary at ${client.name}: the registry sends clients to 127.0.0.1:9, which cannot be reached from here: nothing listens there (connection refused)`,
				});
				sendTo((url) =>
					url.searchParams.set("X-Amz-Signature", "0".repeat(64)),
				);
				const refused = await failureOf(fetchBlob(client, blob, method));
				expect(refused).toMatchObject({
					code: "failed",
					reason: expect.stringContaining(
						`sends clients to ${host}, which answered 403${method === "GET" ? " (SignatureDoesNotMatch)" : ""}`,
					),
				});
				for (const error of [lost, refused])
					expect(String(error)).not.toMatch(/X-Amz|Signature=/);
			}
		},
	);

	skipped(
		"on a bucket that takes no uploads in parts fails when an image is pushed, and not before",
		async () => {
			const { s3 } = services();
			await using refusing = await FaultyServer.start(s3.endpoint);
			const bucket = await newBucket();
			const { url } = await start(
				s3Storage({ ...s3, endpoint: refusing.origin }, bucket),
			);
			const client = clientOf(url);
			expect(await probeWrites(client)).toMatchObject({ state: "writable" });
			await pushImage(client, "team/canary", "before", LARGE);
			const parts = refusing.requests.filter(({ query }) =>
				query.has("partNumber"),
			);
			expect(parts.length).toBeGreaterThan(1);
			const body = Buffer.from(
				"<Error><Code>NotImplemented</Code><Message>no</Message></Error>",
			);
			refusing.follow(({ query }) =>
				query.has("uploads") || query.has("uploadId")
					? { answers: { status: 501, headers: {}, body } }
					: undefined,
			);
			const other = canaryImage({ name: "other" });
			expect(
				await failureOf(pushImage(client, "team/canary", "after", other)),
			).toMatchObject({
				code: "failed",
				reason: expect.stringMatching(/^the registry answered 50\d/),
			});
		},
	);
});
