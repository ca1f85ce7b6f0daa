import { describe, expect, test } from "vitest";
import { toldNode } from "../../../src/cutover/told/told-node.ts";
import type { Change, RegistryNode } from "../../../src/registry/node.ts";

/** A node of which only changes are asked for. */
function node(change: Partial<Change>): {
	readonly node: RegistryNode;
	readonly calls: string[];
} {
	const calls: string[] = [];
	const changed: Change = {
		files: [],
		commands: ["systemctl restart registry"],
		notes: [],
		write: async () => void calls.push("write"),
		activate: async () => void calls.push("activate"),
		...change,
	};
	const made = { name: "a", change: async () => changed };
	return { node: made as unknown as RegistryNode, calls };
}

const FILE = {
	path: "/etc/config.yml",
	before: "storage:\n  filesystem: {}\n",
	after: "storage:\n  s3:\n    secretkey: hunter2hunter2\n    bucket: b\n",
};

describe("toldNode", () => {
	test("tells what was written, when it was, without secrets (I7), also those that are named nowhere as such", async () => {
		const after = `${FILE.after}# another: opensesame\n`;
		const { node: plain, calls } = node({ files: [{ ...FILE, after }] });
		const told: object[] = [];
		const change = await toldNode(plain, {
			secrets: ["opensesame"],
			tell: (event) => told.push(event),
		}).change({ readOnly: true });
		expect(told).toEqual([]);
		await change.write();
		await change.activate();
		expect(calls).toEqual(["write", "activate"]);
		expect(told).toEqual([
			{
				type: "configured",
				node: "a",
				diff: expect.stringContaining("+    secretkey: ***"),
				commands: ["systemctl restart registry"],
			},
		]);
		expect(JSON.stringify(told)).not.toMatch(/hunter2|opensesame/);
	});

	test("tells nothing of what was not written, or changes nothing", async () => {
		const told: object[] = [];
		const options = {
			secrets: [],
			tell: (event: object) => void told.push(event),
		};
		const write = async () => {
			throw new Error("a full disk");
		};
		const failing = toldNode(node({ files: [FILE], write }).node, options);
		await expect((await failing.change({})).write()).rejects.toThrow("full");
		await (await toldNode(node({}).node, options).change({})).write();
		expect(told).toEqual([]);
	});
});
