import { expect, test } from "vitest";
import { decideOn, planOn } from "../../../src/registry/read-only/plan-on.ts";
import { overallState } from "../../../src/registry/read-only/status.ts";
import { fakeRegistry } from "./fake-registry.ts";

const FILE = {
	files: [{ path: "/c", before: "a", after: "b" }],
	commands: ["restart"],
};
const RESTART = { files: [], commands: ["restart"] };
const NOTHING = { files: [], commands: [] };

test.each([
	["unknown", FILE, undefined, "unknown"],
	["unknown", NOTHING, "proven", "unknown"],
	["writable", FILE, undefined, "change"],
	["writable", RESTART, "proven", "change"],
	["writable", NOTHING, undefined, "overridden"],
	["read-only", FILE, undefined, "change"],
	["read-only", RESTART, undefined, "change"],
	["read-only", RESTART, "begun", "change"],
	["read-only", FILE, "proven", "change"],
	["read-only", RESTART, "proven", "keep"],
	["read-only", NOTHING, undefined, "keep"],
	["read-only", NOTHING, "begun", "keep"],
] as const)("%s, %j, %s: %s", (probed, change, stage, decision) => {
	expect(decideOn(probed, change, stage)).toBe(decision);
});

test.each([
	[[], "unknown"],
	[["read-only", "unknown"], "unknown"],
	[["read-only", "read-only"], "read-only"],
	[["writable"], "writable"],
	[["writable", "read-only"], "mixed"],
] as const)("nodes that are %j make a registry that is %s", (states, state) => {
	expect(overallState(states)).toBe(state);
});

test.each([
	["on", {}, 1],
	["prefer", { gc: { disabled: "false" } }, 1],
	["on", { gc: { disabled: true } }, 0],
	["off", {}, 0],
	[undefined, {}, 0],
] as const)(
	"with database %s and %j, online garbage collection is told of %i times",
	async (database, tree, count) => {
		const { nodes, options } = fakeRegistry({});
		const [node] = nodes;
		if (node === undefined) throw new Error("There is no node");
		const settings = await node.settings();
		if (settings === undefined) throw new Error("There are no settings");
		const probed = await options.probe(node, {});
		const found = {
			...{ node, probed, instances: undefined, kept: undefined },
			settings: { ...settings, database, tree },
		};
		const [plan] = await planOn([found], undefined);
		expect(plan?.notes).toHaveLength(count);
	},
);
