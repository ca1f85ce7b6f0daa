import { hash, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { blockId } from "../../../src/store/azure/blocks.ts";
import type { PutOptions } from "../../../src/store/object-store.ts";
import { bodyOf, failingBody } from "../../conformance/bodies.ts";
import { expectCode, sha256Of } from "../../conformance/objects.ts";
import { type BlockFaults, BlockServer } from "./block-server.ts";
import { refuse, scriptedAzure } from "./scripted-azure.ts";

const BLOCK = 8 * 1024 * 1024;
const CONTENT = randomBytes(2 * BLOCK + 5);
const BLOCKS = [0, 1, 2].map((index) =>
	CONTENT.subarray(index * BLOCK, (index + 1) * BLOCK),
);
const IDS = BLOCKS.map((block, index) =>
	blockId(index, hash("sha256", block, "buffer")),
);

async function upload(
	faults?: BlockFaults,
	prepare: (server: BlockServer) => void = () => undefined,
	options: PutOptions = {},
) {
	const blocks = new BlockServer(faults);
	prepare(blocks);
	await using scripted = await scriptedAzure(blocks.handle);
	const digest = sha256Of(CONTENT);
	const outcome = await scripted.store
		.put("a", bodyOf([CONTENT]), { digest, ...options })
		.then(
			(meta) => meta,
			(error: unknown) => error,
		);
	return { blocks, outcome, requests: scripted.server.requests };
}

const sent = (steps: readonly string[]) =>
	steps.filter((step) => step === "block").length;

const STORED = {
	key: "a",
	size: CONTENT.length,
	version: "0x8D1",
	md5: hash("md5", CONTENT, "hex"),
};

describe("an upload in blocks", () => {
	test("arrives whole, in order, with the MD5 of the whole", async () => {
		const { blocks, outcome } = await upload();
		expect(outcome).toMatchObject(STORED);
		expect(blocks.content?.equals(CONTENT)).toBe(true);
		expect([...(blocks.committed?.keys() ?? [])]).toEqual(IDS);
		expect(blocks.steps).toEqual(["list", "block", "block", "block", "commit"]);
		expect(blocks.headers).toMatchObject({
			"x-ms-blob-content-md5": Buffer.from(STORED.md5, "hex").toString(
				"base64",
			),
			"x-ms-blob-content-type": "application/octet-stream",
		});
	});

	test("sends a block that was refused again, the same bytes", async () => {
		let refused = 0;
		const { blocks, outcome } = await upload((step, _request, response) => {
			if (step !== "block" || refused >= 2) return false;
			refused++;
			refuse(response, 503, "ServerBusy");
			return true;
		});
		expect(outcome).toMatchObject(STORED);
		expect(blocks.content?.equals(CONTENT)).toBe(true);
	});

	test("that was interrupted goes on from the blocks that are there", async () => {
		const { blocks, outcome } = await upload(undefined, ({ uncommitted }) => {
			uncommitted.set(IDS[0] ?? "", BLOCKS[0] ?? CONTENT);
			uncommitted.set(IDS[2] ?? "", BLOCKS[2] ?? CONTENT);
		});
		expect(outcome).toMatchObject(STORED);
		expect(sent(blocks.steps)).toBe(1);
		expect(blocks.content?.equals(CONTENT)).toBe(true);
	});

	test.each([
		["of other content", blockId(0, hash("sha256", CONTENT, "buffer")), BLOCK],
		[
			"of another place",
			blockId(1, hash("sha256", BLOCKS[0] ?? CONTENT, "buffer")),
			BLOCK,
		],
		["of another size", IDS[0] ?? "", BLOCK - 1],
		["of another program", Buffer.alloc(42, 1).toString("base64"), BLOCK],
	])("takes no block %s for one of its own (I4)", async (_what, id, size) => {
		const { blocks, outcome } = await upload(undefined, ({ uncommitted }) => {
			uncommitted.set(id, Buffer.alloc(size));
		});
		expect(outcome).toMatchObject(STORED);
		expect(sent(blocks.steps)).toBe(3);
		expect(blocks.content?.equals(CONTENT)).toBe(true);
	});

	test("that is not what it was said to be makes no blob (I4)", async () => {
		const blocks = new BlockServer();
		await using scripted = await scriptedAzure(blocks.handle);
		const { store } = scripted;
		const size = CONTENT.length;
		const digest = sha256Of(Buffer.from("other"));
		await expectCode(store.put("a", bodyOf([CONTENT]), { digest }), "corrupt");
		await expectCode(store.put("a", bodyOf([CONTENT], size + 1)), "incomplete");
		await expectCode(store.put("a", bodyOf([CONTENT], size - 1)), "incomplete");
		const failure = new Error("the source failed");
		await expect(store.put("a", failingBody(CONTENT, failure))).rejects.toBe(
			failure,
		);
		expect(blocks.steps).not.toContain("commit");
		expect(blocks.committed).toBeUndefined();
	});

	test("sends nothing more once it has failed", async () => {
		let open = 0;
		const { blocks, outcome } = await upload((step, request, response) => {
			if (step !== "block") return false;
			open++;
			response.once("close", () => open--);
			if (request.query.get("blockid") === IDS[0])
				refuse(response, 403, "AuthorizationPermissionMismatch");
			// The others are left waiting.
			return true;
		});
		expect(outcome).toMatchObject({ code: "permission-denied" });
		expect(blocks.steps).not.toContain("commit");
		await expect.poll(() => open).toBe(0);
	});

	test("is there when the answer to its completion was lost", async () => {
		let lost = 0;
		const { blocks, outcome } = await upload(
			(step, request, response, server) => {
				if (step !== "commit" || lost++ > 0) return false;
				server.commit(request);
				response.socket?.destroy();
				return true;
			},
		);
		expect(outcome).toMatchObject(STORED);
		expect(blocks.content?.equals(CONTENT)).toBe(true);
	});

	test("on a condition is not completed a second time when the answer was lost", async () => {
		const { blocks, outcome, requests } = await upload(
			(step, request, response, server) => {
				if (step !== "commit") return false;
				server.commit(request);
				response.socket?.destroy();
				return true;
			},
			undefined,
			{ only: "absent" },
		);
		expect(outcome).toMatchObject({ code: "unavailable" });
		expect(blocks.steps.filter((step) => step === "commit")).toHaveLength(1);
		expect(requests.at(-1)?.headers["if-none-match"]).toBe("*");
	});

	test("whose blocks are gone when it is completed must be made again", async () => {
		const { outcome } = await upload((step, _request, _response, server) => {
			if (step === "commit") server.uncommitted.clear();
			return false;
		});
		expect(outcome).toMatchObject({ code: "unavailable" });
	});

	test("beside another program's is refused, and says how it ends", async () => {
		const { outcome } = await upload((step, _request, response) => {
			if (step !== "block") return false;
			refuse(response, 400, "InvalidBlobOrBlock");
			return true;
		});
		expect(outcome).toMatchObject({
			code: "unsupported",
			suggestions: [expect.stringContaining("a week")],
		});
	});

	test.each([
		[404, "ContainerNotFound", "unavailable"],
		[403, "AuthorizationPermissionMismatch", "permission-denied"],
		[404, "", "unknown"],
	])(
		"that cannot look for blocks for %i %s fails (I2)",
		async (status, code, expected) => {
			const { blocks, outcome } = await upload((step, _request, response) => {
				if (step !== "list") return false;
				refuse(response, status, code);
				return true;
			});
			expect(outcome).toMatchObject({ code: expected });
			expect(blocks.steps).not.toContain("block");
		},
	);

	test("may go on later when a list of blocks was cut off on its way (I2)", async () => {
		const { blocks, outcome } = await upload((step, _request, response) => {
			if (step === "list") response.end("<BlockList><UncommittedBlocks><Blo");
			return step === "list";
		});
		expect(outcome).toMatchObject({ code: "unavailable" });
		expect(sent(blocks.steps)).toBe(0);
	});
});
