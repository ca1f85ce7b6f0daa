import { expect, test } from "vitest";
import { registryStatus } from "../../../src/registry/read-only/status.ts";
import { RegistryError } from "../../../src/registry/registry-error.ts";
import { fakeRegistry } from "./fake-registry.ts";

const VERSION = {
	isRegistry: true,
	gitlabVersion: undefined,
	features: [],
	database: undefined,
};

test("what is wrong with a node is said once, though each question fails by it", async () => {
	const { nodes } = fakeRegistry({});
	const unreachable = async () => {
		throw new RegistryError("unreachable", "Cannot reach a by ssh");
	};
	const lost = nodes.map((node) => ({
		...node,
		settings: unreachable,
		instances: unreachable,
	}));
	const { nodes: statuses } = await registryStatus(lost, {
		probe: async () => ({
			state: "writable",
			because: "it says so",
			suggestions: [],
		}),
		askVersion: async () => VERSION,
		record: undefined,
	});
	expect(statuses.map(({ problems }) => problems)).toEqual([
		["Cannot reach a by ssh"],
	]);
});
