import { PutObjectCommand } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import {
	type ConfiguredNode,
	lookAtStorage,
	metadataOf,
} from "../../../src/registry/collector/facts.ts";
import { localHost } from "../../../src/registry/host/local-host.ts";
import type { DriverSettings } from "../../../src/registry/settings.ts";
import { newBucket, s3Client, services } from "../../support/services.ts";

/** A node that is configured to a storage. */
function configured(name: string, storage: DriverSettings): ConfiguredNode {
	return {
		node: {
			...{ name, host: localHost, url: new URL(`http://${name}:5000`) },
			settings: async () => undefined,
			change: () => Promise.reject(new Error("nothing is changed")),
			undo: () => Promise.reject(new Error("nothing is changed")),
			accept: () => Promise.reject(new Error("nothing is changed")),
			restore: () => Promise.reject(new Error("nothing is changed")),
			instances: async () => [],
			remaining: async () => [],
		},
		settings: {
			storage,
			readOnly: false,
			redirectDisabled: false,
			onlineGarbageCollection: true,
			database: "prefer",
			drainMs: 0,
			tree: {},
			overrides: [],
		},
		version: {
			isRegistry: true,
			gitlabVersion: undefined,
			features: [],
			database: undefined,
		},
	};
}

test("a bucket that a registry is configured to is looked at with the registry's own credentials", async () => {
	const { s3 } = services();
	const bucket = await newBucket();
	const client = s3Client();
	for (const [key, body] of Object.entries({
		"root/docker/registry/lockfiles/filesystem-in-use": '{"version":1}',
		"root/docker/registry/v2/repositories/app/_manifests/revisions/sha256/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855/link":
			"",
		"root/regmigrate.json": '{"source": "file:///a/", "unproven": true}',
	}))
		await client.send(
			new PutObjectCommand({
				Bucket: bucket,
				Key: key,
				Body: Buffer.from(body),
			}),
		);
	client.destroy();
	const storage = {
		driver: "s3",
		parameters: {
			accesskey: s3.accessKeyId,
			secretkey: s3.secretAccessKey,
			region: s3.region,
			regionendpoint: s3.endpoint,
			forcepathstyle: "true",
			secure: "false",
			...{ bucket, rootdirectory: "/root" },
		},
	};
	const nodes = [configured("a", storage), configured("b", storage)];
	const look = await lookAtStorage(nodes, ["revisions"], {});
	expect(look).toMatchObject({
		locks: ["filesystem-in-use"],
		marker: {
			incomplete: "it has blobs of another tool that nobody has read yet",
		},
		brokenLinks: [
			"docker/registry/v2/repositories/app/_manifests/revisions/sha256/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855/link",
		],
	});
	expect(metadataOf(nodes, look)).toEqual({ mode: "links" });
	expect(metadataOf(nodes, undefined)).toMatchObject({ mode: "database" });

	const elsewhere = {
		...storage,
		parameters: { ...storage.parameters, rootdirectory: "/other" },
	};
	await expect(
		lookAtStorage(
			[configured("a", storage), configured("b", elsewhere)],
			["revisions"],
			{},
		),
	).rejects.toMatchObject({
		code: "refused",
		message: expect.stringContaining("a and b are not configured to the same"),
	});
	const unknown = configured("a", { driver: "swift", parameters: {} });
	expect(await lookAtStorage([unknown], ["revisions"], {})).toBeUndefined();
});
