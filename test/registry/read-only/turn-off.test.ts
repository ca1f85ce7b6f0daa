import { describe, expect, test } from "vitest";
import { decideOff } from "../../../src/registry/read-only/plan-off.ts";
import { turnReadOnlyOff } from "../../../src/registry/read-only/turn-off.ts";
import { turnReadOnlyOn } from "../../../src/registry/read-only/turn-on.ts";
import { failing, fakeRegistry } from "./fake-registry.ts";

describe("readonly off", () => {
	test("brings every node back to what was found, and forgets it", async () => {
		const { nodes, options, fakes, states, keeper } = fakeRegistry({}, {});
		const [, second] = fakes;
		// The second was read-only before.
		if (second !== undefined) second.configured = true;
		second?.restart();
		await turnReadOnlyOn(nodes, options);
		expect(states()).toEqual(["read-only", "read-only"]);
		const back = await turnReadOnlyOff(nodes, options);
		expect(back).toEqual({
			nodes: [
				{ name: "a", url: "http://a:5000", state: "writable" },
				{ name: "b", url: "http://b:5000", state: "read-only" },
			],
		});
		expect(states()).toEqual(["writable", "read-only"]);
		expect(keeper.record).toBeUndefined();
	});

	test("is refused when nothing is recorded", async () => {
		const { nodes, options, fakes } = fakeRegistry({});
		await expect(turnReadOnlyOff(nodes, options)).rejects.toMatchObject({
			code: "refused",
		});
		expect(fakes[0]?.log).toEqual([]);
	});

	test("makes it writable all the same when it is forced", async () => {
		const { nodes, options, fakes, states } = fakeRegistry({}, {});
		for (const fake of fakes) {
			fake.configured = true;
			fake.restart();
		}
		await turnReadOnlyOff(nodes, { ...options, isForced: true });
		expect(states()).toEqual(["writable", "writable"]);
	});

	test("a node that fails keeps no other from coming back, and can be tried again", async () => {
		let isBroken = true;
		const { nodes, options, fakes, states, keeper } = fakeRegistry(
			{
				restart: (turn) => {
					if (turn > 1 && isBroken) failing();
					fakes[0]?.restart();
				},
			},
			{},
		);
		await turnReadOnlyOn(nodes, options);
		await expect(turnReadOnlyOff(nodes, options)).rejects.toMatchObject({
			code: "needs-operator",
			message:
				"The registry could not be put back. a was found writable, and is not known to be so again: the command failed, and it answers that it is read-only (it says read-only). b is as it was found: writable",
		});
		expect(states()).toEqual(["read-only", "writable"]);
		isBroken = false;
		await turnReadOnlyOff(nodes, options);
		expect(states()).toEqual(["writable", "writable"]);
		expect(fakes[1]?.log).toEqual([
			"write true",
			"restart",
			"write false",
			"restart",
		]);
		expect(keeper.record).toBeUndefined();
	});

	test("restarts a node whose files are back already, and which does not answer", async () => {
		const { nodes, options, fakes, states } = fakeRegistry({});
		await turnReadOnlyOn(nodes, options);
		const [fake] = fakes;
		const [node] = nodes;
		if (fake === undefined || node === undefined) throw new Error();
		// Somebody ran restore.sh, and the registry did not come up.
		fake.configured = false;
		for (const one of fake.processes) one.endsAt = 0;
		const nothing = { ...(await node.undo()), files: [], commands: [] };
		const back = { ...node, undo: async () => nothing };
		await turnReadOnlyOff([back], {
			...options,
			probe: async () => fake.state(),
		});
		expect(states()).toEqual(["writable"]);
	});

	test("changes nothing when it is not approved", async () => {
		const { nodes, options, states } = fakeRegistry({});
		await turnReadOnlyOn(nodes, options);
		const approve = async () => false;
		expect(
			await turnReadOnlyOff(nodes, { ...options, approve }),
		).toBeUndefined();
		expect(states()).toEqual(["read-only"]);
	});

	test.each([
		[undefined, true, "make-writable"],
		[undefined, false, "leave"],
		[{ found: "read-only", stage: "untouched" }, true, "make-writable"],
		[{ found: "read-only", stage: "proven" }, true, "make-writable"],
		[{ found: "writable", stage: "untouched" }, false, "leave"],
		[{ found: "writable", stage: "untouched" }, true, "leave"],
		[{ found: "read-only", stage: "untouched" }, false, "leave"],
		[{ found: "writable", stage: "begun" }, false, "undo"],
		[{ found: "writable", stage: "begun" }, true, "undo"],
		[{ found: "read-only", stage: "begun" }, false, "undo"],
		[{ found: "writable", stage: "proven" }, false, "undo"],
		[{ found: "read-only", stage: "proven" }, false, "undo"],
	] as const)("of %j, forced %s: %s", (kept, isForced, decision) => {
		expect(decideOff(kept, isForced)).toBe(decision);
	});
});
