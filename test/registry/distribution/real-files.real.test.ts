import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import {
	hasTools,
	newBucket,
	s3Client,
	services,
} from "../../support/services.ts";
import { CONFIGURATION_FILES } from "./configuration-files.ts";
import { MARKER, ServedNode } from "./served-node.ts";

describe.each(["3", "2"] as const)("a registry of version %s", (version) => {
	const skipped = test.skipIf(!hasTools(`registry-${version}`));

	skipped.each(CONFIGURATION_FILES)(
		"by $name starts as it is edited, read-only on the target, and as it was when that is undone",
		async ({ text }) => {
			const served = await ServedNode.of(text, version);
			const { node } = served;
			const bucket = await newBucket();
			await putMarker(bucket);
			const { endpoint, region, accessKeyId, secretAccessKey } = services().s3;
			const storage = {
				driver: "s3",
				parameters: {
					bucket,
					region,
					regionendpoint: endpoint,
					accesskey: accessKeyId,
					secretkey: secretAccessKey,
					forcepathstyle: true,
					secure: false,
				},
			};
			const asked = { readOnly: true, redirectDisabled: true, storage };
			const change = await node.change(asked);
			await change.write();
			await change.activate();
			expect(await served.state()).toBe("read-only");
			expect(await served.markerStatus()).toBe(200);
			expect(await node.settings()).toMatchObject({
				storage: { driver: "s3", parameters: { bucket } },
				readOnly: true,
				redirectDisabled: true,
			});
			const former = await node.instances();
			expect(former).toHaveLength(1);

			const undo = await node.undo();
			await undo.write();
			await undo.activate();
			expect(await served.state()).toBe("writable");
			expect(await served.markerStatus()).not.toBe(200);
			expect(served.current).toBe(served.text);
			expect(await node.remaining(former ?? [])).toEqual([]);
		},
	);

	skipped.each([
		["REGISTRY_STORAGE_MAINTENANCE_READONLY='{enabled: true}'", "{}"],
		[
			"REGISTRY_STORAGE_MAINTENANCE='{readonly: {enabled: yes}}'",
			"{enabled: false}",
		],
		[
			"REGISTRY_STORAGE_MAINTENANCE_READONLY='{enabled: false}'",
			"{enabled: true}",
		],
		["REGISTRY_STORAGE_MAINTENANCE_READONLY_ENABLED=false", "{enabled: true}"],
		["REGISTRY_STORAGE_MAINTENANCE_READONLY_ENABLED=true", "{enabled: false}"],
		[
			"REGISTRY_STORAGE='{inmemory: {}, maintenance: {readonly: {enabled: true}}}'",
			"{}",
		],
	])(
		"with %s and %s in the file is what is said of it",
		async (environment, readonly) => {
			const text = `version: 0.1
storage:
  inmemory: {}
  maintenance: {readonly: ${readonly}}
http: {addr: ":5000", secret: test}
`;
			const served = await ServedNode.of(text, version, environment);
			await (await served.node.change({})).activate();
			const state = await served.state();
			const settings = await served.node.settings();
			expect(settings?.readOnly).toBe(state === "read-only");
			expect(settings?.overrides).toHaveLength(1);
		},
	);
});

test.skipIf(!hasTools("registry-3"))(
	"a registry that does not come up with what is written is told of, and comes back",
	async () => {
		const served = await ServedNode.of(
			"version: 0.1\nstorage: {inmemory: {}}\nhttp: {addr: ':5000', secret: test}\n",
			"3",
		);
		writeFileSync(join(served.folder, "log"), "");
		const storage = { driver: "no-such-driver", parameters: {} };
		const change = await served.node.change({ storage });
		await change.write();
		await change.activate();
		await expect
			.poll(async () => (await served.node.instances())?.length)
			.toBe(0);
		const undo = await served.node.undo();
		await undo.write();
		await undo.activate();
		expect(await served.state()).toBe("writable");
		expect(served.current).toBe(served.text);
	},
);

async function putMarker(bucket: string): Promise<void> {
	const client = s3Client();
	try {
		await client.send(
			new PutObjectCommand({
				Bucket: bucket,
				Key: MARKER,
				Body: `sha256:${"0".repeat(64)}`,
			}),
		);
	} finally {
		client.destroy();
	}
}
