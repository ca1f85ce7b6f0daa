import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { writeSampleRegistry } from "../../../scripts/sample-registry/sample-registry.ts";
import { requireTool } from "../../../scripts/services/find-tool.ts";
import { localHost } from "../../../src/registry/host/local-host.ts";
import { linuxPackageNode } from "../../../src/registry/linux-package/linux-package-node.ts";
import {
	findNodes,
	prepareNodes,
} from "../../../src/registry/rehearsal/prepared-nodes.ts";
import {
	imagesIn,
	PULLS,
	rehearseNodes,
} from "../../../src/registry/rehearsal/rehearse.ts";
import { newScratch } from "../../../src/registry/rehearsal/scratch.ts";
import { openStore } from "../../../src/store/open.ts";
import { sync } from "../../../src/sync/pass.ts";
import { installLinuxPackage } from "../../support/linux-package/linux-package.ts";
import { hasTools } from "../../support/services.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test.skipIf(!hasTools("ruby", "registry-3"))(
	"a node of GitLab's Linux package is rehearsed by the program that runit runs, on a directory",
	async () => {
		const folder = temporaryFolder();
		const source = join(folder, "source");
		writeSampleRegistry(source, { repositories: 2, multiPlatformEvery: 2 });
		const gitlab = await installLinuxPackage(folder, "registry-3");
		gitlab.write(
			`external_url 'http://gitlab.example.com'
registry_external_url '${gitlab.url.origin}'
gitlab_rails['registry_path'] = '${source}'
registry['env'] = { 'REGISTRY_STORAGE_DELETE_ENABLED' => 'false', 'MINE' => 'yes' }
`,
		);
		gitlab.run("reconfigure");
		onTestFinished(() => void gitlab.run("stop"));
		const { url, gitlabCtl, file: configuration, paths } = gitlab;
		const description = { name: "gitlab", url, configuration, gitlabCtl };
		const node = linuxPackageNode(description, localHost, { paths });
		const nodes = await findNodes(
			{ kind: "linux-package", nodes: [description] },
			[node],
		);
		const { path } = await requireTool("registry-3");
		expect(nodes).toEqual([
			{
				node,
				program: path,
				service: {
					program: path,
					user: undefined,
					environment: expect.any(Map),
					notes: [],
				},
			},
		]);

		const directory = join(folder, "target");
		mkdirSync(directory);
		await using target = await openStore(pathToFileURL(directory));
		await using from = await openStore(pathToFileURL(source));
		const scratch = newScratch(target);
		await sync(from, scratch.store(PULLS));
		const storage = {
			driver: "filesystem",
			parameters: { rootdirectory: directory },
		};
		const told: string[] = [];
		const [result] = await rehearseNodes(
			await prepareNodes(nodes, { storage }),
			{ storage, isGitLab: false },
			{ scratch, images: await imagesIn(scratch.store(PULLS)) },
			{ observe: (_node, { message }) => told.push(message) },
		);
		expect(result?.steps.map(({ outcome }) => outcome)).toEqual(
			Array(8).fill("passed"),
		);
		expect(told).toHaveLength(8);
		await scratch.remove();
		// The registry's own directories stay, without anything in them.
		const left = readdirSync(directory, {
			recursive: true,
			withFileTypes: true,
		});
		expect(left.filter((entry) => !entry.isDirectory())).toEqual([]);
	},
);
