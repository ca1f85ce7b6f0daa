import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	blockId,
	blockSize,
	formatBlockList,
	parseBlockList,
} from "../../../src/store/azure/blocks.ts";

const MIB = 1024 * 1024;
const sha256 = fc
	.uint8Array({ minLength: 32, maxLength: 32 })
	.map((bytes) => Buffer.from(bytes));

describe("a block's id", () => {
	test("is of one length for all, and within the service's limit", () => {
		fc.assert(
			fc.property(fc.nat({ max: 49_999 }), sha256, (index, digest) => {
				const id = blockId(index, digest);
				expect(id).toMatch(/^[A-Za-z0-9+/]{56}$/);
				expect(Buffer.from(id, "base64").length).toBeLessThanOrEqual(64);
			}),
			{ numRuns: 200 },
		);
	});

	test("is another for another place or other content", () => {
		const [one, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
		const ids = [blockId(0, one), blockId(1, one), blockId(0, other)];
		expect(new Set(ids).size).toBe(3);
	});
});

describe("the size of blocks", () => {
	test.each([
		[8 * MIB + 1, 8 * MIB],
		[50_000 * 8 * MIB, 8 * MIB],
		[50_000 * 8 * MIB + 1, 8 * MIB + 1],
		[50_000 * 4000 * MIB, 4000 * MIB],
		[50_000 * 4000 * MIB + 1, undefined],
	])("of a body of %i bytes is %s", (size, expected) => {
		expect(blockSize(size)).toBe(expected);
	});
});

describe("a block list", () => {
	test("names the latest blocks, in order", () => {
		expect(formatBlockList(["b", "a"]).toString()).toBe(
			'<?xml version="1.0" encoding="utf-8"?><BlockList><Latest>b</Latest><Latest>a</Latest></BlockList>',
		);
	});

	test.each([
		["<BlockList />", []],
		["<BlockList><UncommittedBlocks /></BlockList>", []],
		[
			"<BlockList><CommittedBlocks><Block><Name>c</Name><Size>1</Size></Block></CommittedBlocks><UncommittedBlocks></UncommittedBlocks></BlockList>",
			[],
		],
		[
			"<BlockList><UncommittedBlocks><Block><Name>a</Name><Size>1</Size></Block><Block><Name>b</Name><Size>2</Size></Block></UncommittedBlocks><CommittedBlocks><Block><Name>c</Name><Size>1</Size></Block></CommittedBlocks></BlockList>",
			[
				["a", 1],
				["b", 2],
			],
		],
	])("%s is read", (xml, blocks) => {
		expect([...parseBlockList(xml)]).toEqual(blocks);
	});

	test.each([
		"",
		"<Error><Code>ServerBusy</Code></Error>",
		"<BlockList>",
		"<BlockList><UncommittedBlocks></BlockList>",
		"<BlockList><UncommittedBlocks><Block><Name>a</Name></Block></UncommittedBlocks></BlockList>",
		"<BlockList><UncommittedBlocks><Block><Size>1</Size></Block></UncommittedBlocks></BlockList>",
		"<BlockList><UncommittedBlocks><Block><Name>a</Name><Size>x</Size></Block></UncommittedBlocks></BlockList>",
	])("%j is refused", (xml) => {
		expect(() => parseBlockList(xml)).toThrow(SyntaxError);
	});
});
