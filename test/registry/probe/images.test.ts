import { describe, expect, test } from "vitest";
import { digestOf } from "../../../scripts/sample-registry/content.ts";
import { formatDigest } from "../../../src/layout/digest.ts";
import { canaryImage } from "../../../src/registry/probe/canary-image.ts";
import { deleteImage } from "../../../src/registry/probe/delete-image.ts";
import { pullImage } from "../../../src/registry/probe/pull.ts";
import { pushImage } from "../../../src/registry/probe/push.ts";
import { failureOf } from "../../store/http/failures.ts";
import {
	clientOf,
	type Script,
	scriptedRegistry,
} from "./scripted-registry.ts";

const IMAGE = canaryImage({ name: "one", chunks: 2, chunkBytes: 1024 });

describe("a manifest is not taken", () => {
	const descriptor = { digest: formatDigest(digestOf("x")), size: 1 };
	test.each<[string, string, string]>([
		[
			"of schema 1",
			JSON.stringify({ schemaVersion: 1, fsLayers: [] }),
			"what came is no manifest of an image or of several",
		],
		[
			"that is a page",
			"<html>",
			"what came is no manifest of an image or of several",
		],
		[
			"that names no digest",
			JSON.stringify({
				manifests: [{ ...descriptor, digest: "sha256:../../x" }],
			}),
			"what came is no manifest of an image or of several",
		],
		[
			"that is huge",
			" ".repeat(4 * 1024 * 1024 + 1),
			"its manifest has 4194305 bytes",
		],
	])("%s", async (_name, body, reason) => {
		const { origin } = await scriptedRegistry((_request, response) => {
			response.setHeader("docker-content-digest", formatDigest(digestOf(body)));
			response.end(body);
		});
		const error = await failureOf(pullImage(clientOf(origin), "a", "v1"));
		expect(error).toMatchObject({
			code: "unproven",
			message: `Cannot pull a:v1 from ${origin}: ${reason}`,
		});
	});

	test("whose digest is not said", async () => {
		const { origin } = await scriptedRegistry(
			(_request, response) => void response.end(IMAGE.manifest),
		);
		expect(
			await failureOf(pullImage(clientOf(origin), "a", "v1")),
		).toMatchObject({
			code: "unproven",
			reason: "the registry does not say which digest its manifest has",
		});
	});
});

test("an index that names the same manifest and layers many times is pulled once, and what lies elsewhere is left there", async () => {
	const blob = "content";
	const named = { digest: formatDigest(digestOf(blob)), size: blob.length };
	const foreign = {
		...named,
		digest: formatDigest(digestOf("elsewhere")),
		mediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
		urls: ["https://example.com/layer"],
	};
	const manifest = JSON.stringify({ config: named, layers: [named, foreign] });
	const child = { digest: formatDigest(digestOf(manifest)), size: 1 };
	const index = JSON.stringify({ manifests: [child, child] });
	const contents = new Map(
		[blob, manifest, index].map((content) => [
			formatDigest(digestOf(content)),
			content,
		]),
	);
	const registry = await scriptedRegistry(({ path }, response) => {
		const content = contents.get(path.split("/").at(-1) ?? "");
		response.statusCode = content === undefined ? 404 : 200;
		response.end(content);
	});
	const digest = formatDigest(digestOf(index));
	expect(await pullImage(clientOf(registry.origin), "a", digest)).toEqual({
		digest,
		manifests: 2,
		blobs: 1,
		bytes: index.length + manifest.length + blob.length,
		hosts: [],
	});
	expect(registry.requests).toHaveLength(3);
});

describe("a push", () => {
	/** A registry that takes chunks, but for what a script does otherwise. */
	async function push(script: Script) {
		let received = 0;
		const registry = await scriptedRegistry(async (request, response) => {
			await script(request, response);
			if (response.statusCode !== 200) return;
			const { method, body, path } = request;
			const at = `http://elsewhere.test/below/v2/a/blobs/uploads/1?_state=${received}`;
			if (method === "POST") response.writeHead(202, { location: at });
			else if (method === "PATCH") {
				received += body.length;
				response.writeHead(202, {
					location: at,
					range: String(response.getHeader("range") ?? `0-${received - 1}`),
				});
			} else if (method === "PUT") {
				if (path.includes("/blobs/")) received = 0;
				response.writeHead(201, { "docker-content-digest": IMAGE.digest });
			}
		});
		const client = clientOf(`${registry.origin}/below`);
		const error = await failureOf(pushImage(client, "a", "v1", IMAGE)).catch(
			() => undefined,
		);
		const seen = registry.requests.map(({ method, path, body }) =>
			[method, path.replace("/below/v2/a/", ""), body.length].join(" "),
		);
		return { error, seen };
	}

	test("sends each chunk by itself, to where the registry says, but at the registry's own host", async () => {
		const { error, seen } = await push(() => undefined);
		expect(error).toBeUndefined();
		expect(seen).toEqual([
			"POST blobs/uploads/ 0",
			"PATCH blobs/uploads/1 1024",
			"PATCH blobs/uploads/1 1024",
			"PUT blobs/uploads/1 0",
			"POST blobs/uploads/ 0",
			`PATCH blobs/uploads/1 ${IMAGE.config.length}`,
			"PUT blobs/uploads/1 0",
			`PUT manifests/v1 ${IMAGE.manifest.length}`,
		]);
	});

	test.each<[string, Script, object]>([
		[
			"whose chunk gets lost",
			({ method }, response) => {
				if (method === "PATCH") response.setHeader("range", "0-511");
			},
			{
				code: "unproven",
				reason:
					"of 1024 bytes that were sent, the registry says that it has 0-511",
			},
		],
		[
			"that a bucket does not take in parts",
			({ method }, response) => {
				if (method === "PATCH")
					response.writeHead(500).end('{"errors":[{"code":"UNKNOWN"}]}');
			},
			{ code: "failed", reason: "the registry answered 500 (UNKNOWN)" },
		],
		[
			"whose bytes change on the way",
			({ method }, response) => {
				if (method === "PUT")
					response.writeHead(400).end('{"errors":[{"code":"DIGEST_INVALID"}]}');
			},
			{ code: "failed", reason: "the registry answered 400 (DIGEST_INVALID)" },
		],
	])("%s fails, and is given up", async (_name, script, expected) => {
		const { error, seen } = await push(script);
		expect(error).toMatchObject(expected);
		expect(seen.at(-1)).toBe("DELETE blobs/uploads/1 0");
	});
});

test("a canary is the same each time, another under another name, and a tar", () => {
	const again = canaryImage({ name: "one", chunks: 2, chunkBytes: 1024 });
	expect(again.digest).toBe(IMAGE.digest);
	const other = canaryImage({ name: "two", chunks: 2, chunkBytes: 1024 });
	expect(other.layer).not.toBe(IMAGE.layer);
	const layer = Buffer.concat([...IMAGE.chunks()]);
	expect(layer.length).toBe(IMAGE.layerBytes);
	expect(layer.toString("latin1", 257, 262)).toBe("ustar");
	expect(Number.parseInt(layer.toString("latin1", 124, 135), 8)).toBe(512);
});

test("a page in place of an answer deletes nothing", async () => {
	const { origin } = await scriptedRegistry(
		(_request, response) => void response.writeHead(404).end("<h1>404</h1>"),
	);
	expect(
		await failureOf(deleteImage(clientOf(origin), "a", IMAGE.digest)),
	).toMatchObject({ code: "not-found", reason: "the registry answered 404" });
});
