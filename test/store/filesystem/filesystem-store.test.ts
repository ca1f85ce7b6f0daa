import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FilesystemStore } from "../../../src/store/filesystem/filesystem-store.ts";
import { describeStore } from "../../conformance/describe-store.ts";

describeStore("the file system store", {
	open: async () =>
		new FilesystemStore(await mkdtemp(join(tmpdir(), "regmigrate-store-"))),
	reopen: async (store) => new FilesystemStore(fileURLToPath(store.url)),
	leftovers: async (store) => {
		const names = await readdir(fileURLToPath(store.url), { recursive: true });
		return names.filter((name) => name.endsWith(".tmp"));
	},
	close: (store) => rm(fileURLToPath(store.url), { recursive: true }),
});
