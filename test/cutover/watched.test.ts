import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import type { Call } from "../../src/cutover/course/step.ts";
import { watched } from "../../src/cutover/watched.ts";
import {
	clientOf,
	scriptedRegistry,
} from "../registry/probe/scripted-registry.ts";
import { fakeRegistry } from "../registry/read-only/fake-registry.ts";

const READING = "GET, HEAD";
const WRITING = "DELETE, GET, HEAD, PUT";

/** Nodes that each allow one thing after the other, and go on with the last; `down`: they do not answer. */
async function worldOf(...answers: readonly (readonly string[])[]) {
	const { nodes } = fakeRegistry(...answers.map(() => ({})));
	const servers = await Promise.all(
		answers.map((allows) =>
			scriptedRegistry(({ number, socket }, response) => {
				const allow = allows[Math.min(number, allows.length - 1)];
				if (allow === "down") socket.destroy();
				else response.setHeader("allow", allow ?? READING);
			}),
		),
	);
	const asked = async () =>
		await vi.waitFor(() => {
			for (const { requests } of servers)
				expect(requests.length).toBeGreaterThan(0);
		});
	const world = {
		repository: undefined,
		nodes: nodes.flatMap((node, index) => {
			const { origin = "" } = servers[index] ?? {};
			return [{ node, client: clientOf(origin) }];
		}),
	};
	return { world, asked };
}

test("what is done while all nodes refuse writes, or are restarting, is done", async () => {
	const { world, asked } = await worldOf([READING], ["down"]);
	let isDone = false;
	await watched(
		world,
		async () => {
			await asked();
			isDone = true;
		},
		{},
	);
	expect(isDone).toBe(true);
});

test("gives up what is done as soon as one node takes writes", async () => {
	const { world } = await worldOf([READING], [WRITING]);
	let isGivenUp = false;
	const act = async ({ signal }: Call) => {
		await sleep(100, undefined, { signal }).catch(() => {
			isGivenUp = true;
		});
	};
	await expect(watched(world, act, {})).rejects.toMatchObject({
		code: "writable",
		message: expect.stringContaining("b takes writes again"),
	});
	expect(isGivenUp).toBe(true);
});

test("looks once more when it is done, or has failed: the last look was before", async () => {
	for (const isFailing of [false, true]) {
		const { world, asked } = await worldOf([READING, WRITING]);
		const act = async () => {
			await asked();
			if (isFailing) throw new Error("the source has moved");
		};
		await expect(watched(world, act, {})).rejects.toMatchObject({
			code: "writable",
		});
	}
});

test("what is cancelled is not looked at any more, and ends as that", async () => {
	const { world, asked } = await worldOf([READING, WRITING]);
	const controller = new AbortController();
	const reason = new Error("Interrupted");
	const act = async ({ signal }: Call) => {
		await asked();
		controller.abort(reason);
		signal?.throwIfAborted();
	};
	const { signal } = controller;
	await expect(watched(world, act, { signal })).rejects.toBe(reason);
});
