import { expect, test } from "vitest";
import { requireUnchanged } from "../../../src/cutover/rollback/require-unchanged.ts";
import { formatKey } from "../../../src/layout/paths.ts";
import { BaseFile } from "../../../src/sync/base-file.ts";
import { putAll, smallRegistry } from "../../sync/content.ts";
import { MergedRegistry } from "./merged-registry.ts";

test("a source that somebody else has changed is refused, and what was changed is named: nothing of it is overwritten (I3)", async () => {
	using registry = new MergedRegistry();
	await putAll(registry.source, smallRegistry());
	await registry.goOver();
	using base = new BaseFile(registry.basePath);
	const world = { oldSource: registry.source, base };
	await requireUnchanged(world, {});
	const tag = formatKey({ kind: "current", repository: "new", tag: "v1" });
	await registry.source.put(tag, Buffer.from(`sha256:${"0".repeat(64)}`));
	await expect(requireUnchanged(world, {})).rejects.toMatchObject({
		code: "refused",
		message: expect.stringContaining(`appeared: ${tag}`),
	});
});
