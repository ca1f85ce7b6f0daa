import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Change } from "../../../src/registry/node.ts";
import { hasTools } from "../../support/services.ts";
import { MARKER, ServedNode } from "./served-node.ts";

const TEXT = `version: 0.1
log: {level: info} # not much
storage:
  filesystem: {rootdirectory: /var/lib/registry}
  delete: {enabled: true}
http:
  addr: localhost:5000
  secret: of-all-nodes
`;

describe.each(["3", "2"] as const)("a registry of version %s", (version) => {
	test.skipIf(!hasTools(`registry-${version}`))(
		"that was moved and accepted goes back days later: it serves from where it was, refusing writes at first",
		async () => {
			const served = await ServedNode.of(TEXT, version);
			const { node, folder } = served;
			const marker = join(folder, "target", MARKER);
			mkdirSync(dirname(marker), { recursive: true });
			writeFileSync(marker, `sha256:${"0".repeat(64)}`);
			const parameters = { rootdirectory: join(folder, "target") };
			const storage = { driver: "filesystem", parameters };
			await bring(await node.change({ readOnly: true }));
			expect(await served.state()).toBe("read-only");
			await bring(await node.change({ storage }));
			await served.state();
			await node.accept("id");
			await bring(await node.change({ readOnly: false }));
			expect(await served.state()).toBe("writable");
			await node.accept("id");
			expect(await served.markerStatus()).toBe(200);

			const theirs = (text: string) =>
				text.replace("level: info", "level: warn");
			writeFileSync(served.configuration, theirs(served.current));
			await bring(await node.change({ readOnly: true }));
			await served.state();
			await bring(await node.restore("id", { readOnly: true }));
			expect(await served.state()).toBe("read-only");
			expect(await served.markerStatus()).not.toBe(200);
			await bring(await node.restore("id", { readOnly: false }));
			expect(await served.state()).toBe("writable");
			expect(await served.markerStatus()).not.toBe(200);
			expect(served.current).toBe(theirs(served.text));
		},
	);
});

async function bring(change: Change): Promise<void> {
	await change.write();
	await change.activate();
}
