import { expect, test } from "vitest";
import { PullPolls } from "../../../src/cutover/pulls/pull-polls.ts";
import { MemoryStore } from "../../../src/store/memory.ts";
import {
	clientOf,
	scriptedRegistry,
} from "../../registry/probe/scripted-registry.ts";

const TAG = "docker/registry/v2/repositories/app/_manifests/tags/v1/";

/** Polls a node that gives one answer after the other, as statuses; 0: none. */
async function polled(statuses: readonly number[], keys: readonly string[]) {
	const asked: string[] = [];
	const server = await scriptedRegistry(
		({ number, path, socket }, response) => {
			asked.push(path);
			const status = statuses[number] ?? 200;
			if (status === 0) socket.destroy();
			else response.statusCode = status;
		},
	);
	const store = new MemoryStore();
	for (const key of keys) await store.put(key, Buffer.from("link"));
	let now = 0;
	const enough = Promise.withResolvers<void>();
	const polls = new PullPolls(
		[{ name: "a", client: clientOf(server.origin) }],
		{
			store,
			clock: {
				now: () => now,
				wait: async (ms) => {
					now += ms;
					if (asked.length >= statuses.length) enough.resolve();
					await new Promise((resolve) => setTimeout(resolve, 1));
				},
			},
		},
	);
	await polls.begin({});
	await enough.promise;
	return { asked, result: await polls.end(), end: () => polls.end() };
}

test("a tag's manifest is pulled, and what fails is counted", async () => {
	const { asked, result, end } = await polled(
		[200, 200, 0, 503, 200, 404, 200],
		[`${TAG}current/link`],
	);
	expect(new Set(asked)).toEqual(new Set(["/v2/app/manifests/v1"]));
	expect(result?.nodes[0]?.spans).toEqual([
		{ from: 500, to: 1500 },
		{ from: 2000, to: 2500 },
	]);
	expect(await end()).toBeUndefined();
});

test("where no tag can be pulled, the registry's root is asked", async () => {
	const broken = await polled([404, 200, 0, 200], [`${TAG}current/link`]);
	expect(new Set(broken.asked.slice(1))).toEqual(new Set(["/v2/"]));
	expect(broken.result?.nodes[0]?.failedMs).toBe(500);
	const empty = await polled([200, 200], []);
	expect(new Set(empty.asked)).toEqual(new Set(["/v2/"]));
	expect(empty.result?.noneServedMs).toBe(0);
});

test("ends as soon as the question that is asked is answered, and waits for no next one", async () => {
	const asked = Promise.withResolvers<void>();
	const answer = Promise.withResolvers<void>();
	const server = await scriptedRegistry(async (_, response) => {
		asked.resolve();
		await answer.promise;
		response.statusCode = 200;
	});
	const polls = new PullPolls(
		[{ name: "a", client: clientOf(server.origin) }],
		{ store: new MemoryStore(), intervalMs: 60_000 },
	);
	await polls.begin({});
	await asked.promise;
	const ended = polls.end();
	answer.resolve();
	expect((await ended)?.nodes).toHaveLength(1);
}, 5000);

/** Polls a node that answers so many questions, and no more. */
async function answering(answers: number) {
	const unanswered = Promise.withResolvers<void>();
	const server = await scriptedRegistry(async ({ number }) => {
		if (number < answers) return;
		unanswered.resolve();
		await new Promise(() => {});
	});
	const store = new MemoryStore();
	await store.put(`${TAG}current/link`, Buffer.from("link"));
	const polls = new PullPolls(
		[{ name: "a", client: clientOf(server.origin) }],
		{ store, intervalMs: 1, answerMs: 60_000 },
	);
	return { polls, unanswered: unanswered.promise };
}

test("a beginning that is cancelled is none", async () => {
	const { polls, unanswered } = await answering(0);
	const cancel = new AbortController();
	const begun = polls.begin({ signal: cancel.signal });
	await unanswered;
	cancel.abort(new Error("cancelled"));
	await expect(begun).rejects.toThrow("cancelled");
	expect(await polls.end()).toBeUndefined();
}, 5000);

test("disposed, it waits for no answer any more, and asks nothing", async () => {
	const { polls, unanswered } = await answering(2);
	await polls.begin({});
	await unanswered;
	await polls[Symbol.asyncDispose]();
	expect(await polls.end()).toBeUndefined();
}, 5000);
