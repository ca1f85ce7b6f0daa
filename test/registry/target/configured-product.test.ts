import { expect, test } from "vitest";
import type { RegistryDescription } from "../../../src/registry/description.ts";
import { hooksNode } from "../../../src/registry/hooks/hooks-node.ts";
import type { Host } from "../../../src/registry/host/host.ts";
import type { Instance } from "../../../src/registry/node.ts";
import { configuredProduct } from "../../../src/registry/target/configured-product.ts";
import { productName } from "../../../src/registry/target/product.ts";

const NODE = { name: "one", url: new URL("http://127.0.0.1:5000") };

const DESCRIPTION: RegistryDescription = {
	kind: "distribution",
	nodes: [{ ...NODE, configuration: "/c.yml", restart: "true" }],
};

/** A machine where one registry serves, and an older one is on the PATH. */
const HOST: Host = {
	name: "here",
	isLocal: true,
	run: async ([program]) => {
		const said = new Map([
			["readlink", "/opt/registry-3/registry\n"],
			["/opt/registry-3/registry", "registry github.com/distribution v3.1.2"],
			["registry", "docker-registry github.com/docker/distribution v2.8.2"],
		]).get(program);
		return {
			code: said === undefined ? 127 : 0,
			stdout: Buffer.from(said ?? ""),
			stderr: "",
		};
	},
};

async function foundWith(instances: readonly Instance[]) {
	const node = {
		...hooksNode({ ...NODE, readOnly: "true", readWrite: "true" }, HOST),
		instances: async () => instances,
	};
	const registry = { description: DESCRIPTION, nodes: [node] };
	return productName(await configuredProduct(registry));
}

test("the registry that is configured is the one that serves, not one that is on the PATH", async () => {
	expect(await foundWith([{ id: "4711 at 1", name: "process 4711" }])).toBe(
		"Distribution 3.1.2",
	);
});

test("where none is seen to serve, it is the one on the PATH", async () => {
	expect(await foundWith([])).toBe("Distribution 2.8.2");
});
