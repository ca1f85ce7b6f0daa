import { expect, test } from "vitest";
import {
	type WatchOptions,
	type WriteStateChange,
	watchWrites,
} from "../../../src/registry/probe/watch-writes.ts";
import { failureOf } from "../../store/http/failures.ts";
import { clientOf, scriptedRegistry } from "./scripted-registry.ts";

const READING = "GET, HEAD";
const WRITING = "DELETE, GET, HEAD, PUT";

/** A node that allows one thing after the other, and goes on with the last; `down`: it does not answer. */
async function node(name: string, ...allows: readonly string[]) {
	const server = await scriptedRegistry(({ number, socket }, response) => {
		const allow = allows[Math.min(number, allows.length - 1)];
		if (allow === "down") socket.destroy();
		else if (allow !== undefined) response.setHeader("allow", allow);
	});
	return { name, client: clientOf(server.origin), server };
}

/** Watches for a number of waits, on a clock that moves by them alone. */
async function watch(
	nodes: Awaited<ReturnType<typeof node>>[],
	waits: number,
	observe: WatchOptions["observe"] = () => undefined,
): Promise<readonly string[]> {
	const changes: WriteStateChange[] = [];
	const end = new AbortController();
	let now = 0;
	await watchWrites(nodes, {
		signal: end.signal,
		intervalMs: 10,
		observe: (change) => {
			changes.push(change);
			observe(change);
		},
		clock: {
			now: () => now,
			wait: async (ms, signal) => {
				now += ms;
				if (now >= ms * waits) end.abort(new Error("enough"));
				signal.throwIfAborted();
			},
		},
	});
	return changes.map(
		({ node, previous, state, at }) =>
			`${at} ${node}: ${previous?.state} -> ${state.state}`,
	);
}

test("each change of a node's state is told once, and the watch goes on until it is ended", async () => {
	const one = await node("one", WRITING, WRITING, "down", READING, READING);
	expect(await watch([one], 6)).toEqual([
		"0 one: undefined -> writable",
		"20 one: writable -> unknown",
		"30 one: unknown -> read-only",
	]);
	expect(one.server.requests).toHaveLength(6);
});

test("all nodes are watched, and one that is down keeps no other from it", async () => {
	const nodes = [await node("up", READING), await node("down", "down")];
	const changes = await watch(nodes, 6);
	expect(changes.map((line) => line.replace(/^\d+ /, "")).sort()).toEqual([
		"down: undefined -> unknown",
		"up: undefined -> read-only",
	]);
});

test("what the observer throws ends all of it", async () => {
	const nodes = [await node("one", READING), await node("two", WRITING)];
	const thrown = new Error("no");
	const failure = await failureOf(
		watch(nodes, 1000, ({ node }) => {
			if (node === "two") throw thrown;
		}),
	);
	expect(failure).toBe(thrown);
});

test("a watch that is ended while a probe is under way resolves at once", async () => {
	const server = await scriptedRegistry(() => new Promise(() => undefined));
	const end = new AbortController();
	const watching = watchWrites(
		[{ name: "slow", client: clientOf(server.origin) }],
		{ signal: end.signal, observe: () => undefined },
	);
	setTimeout(() => end.abort(), 30);
	await watching;
	expect(server.requests.length).toBeLessThanOrEqual(1);
});
