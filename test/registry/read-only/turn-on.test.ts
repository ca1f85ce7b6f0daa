import { describe, expect, test } from "vitest";
import type { ReadOnlyError } from "../../../src/registry/read-only/read-only-error.ts";
import { turnReadOnlyOn } from "../../../src/registry/read-only/turn-on.ts";
import { failing, fakeRegistry } from "./fake-registry.ts";

/** What it was rejected with. */
async function rejection(turned: Promise<unknown>): Promise<ReadOnlyError> {
	return await turned.then(
		() => {
			throw new Error("It did not fail");
		},
		(error) => error,
	);
}

describe("readonly on", () => {
	test("makes every node read-only, one after the other, and says how it is known", async () => {
		const { nodes, options, fakes, states, keeper } = fakeRegistry({}, {});
		const proof = await turnReadOnlyOn(nodes, options);
		expect(states()).toEqual(["read-only", "read-only"]);
		expect(fakes.map(({ log }) => log)).toEqual([
			["write true", "restart"],
			["write true", "restart"],
		]);
		expect(proof?.nodes).toEqual([
			{ name: "a", url: "http://a:5000", found: "writable", former: "ended" },
			{ name: "b", url: "http://b:5000", found: "writable", former: "ended" },
		]);
		expect(keeper.record?.nodes.map(({ stage }) => stage)).toEqual([
			"proven",
			"proven",
		]);
	});

	test("records what it found before anything is changed, and who, and since when (I5)", async () => {
		const { nodes, options, fakes, keeper } = fakeRegistry({});
		const write = keeper.write.bind(keeper);
		keeper.write = (record) => {
			fakes[0]?.log.push(`record ${record.nodes[0]?.stage}`);
			write(record);
		};
		await turnReadOnlyOn(nodes, options);
		expect(fakes[0]?.log).toEqual([
			"record untouched",
			"record begun",
			"write true",
			"restart",
			"record proven",
		]);
		const [first] = keeper.written;
		expect(first).toMatchObject({
			operator: "me@here",
			nodes: [
				{
					found: "writable",
					former: [{ id: "0", name: "process 0" }],
				},
			],
		});
		expect(new Date(first?.since ?? "").toISOString()).toBe(first?.since);
	});

	test("does not claim success while a former process lives (I6)", async () => {
		const { nodes, options, events, clock } = fakeRegistry(
			{ drainMs: 20_000 },
			{ drainMs: 5000 },
		);
		await turnReadOnlyOn(nodes, options);
		expect(clock.now()).toBeGreaterThanOrEqual(20_000);
		expect(
			events.map(({ type, ...rest }) => [type, "node" in rest && rest.node]),
		).toEqual(
			[
				["found", "a"],
				["found", "b"],
				["activated", "a"],
				["answered", "a"],
				["activated", "b"],
				["answered", "b"],
				["waiting", "a"],
				["waiting", "b"],
				["ended", "b"],
				["ended", "a"],
			].flatMap(([type, node]) =>
				type === "activated"
					? [
							["written", node],
							[type, node],
						]
					: [[type, node]],
			),
		);
	});

	test("gives up where a former process does not end, and puts all back", async () => {
		const { nodes, options, fakes, states, keeper } = fakeRegistry({}, {});
		const [, second] = fakes;
		if (second !== undefined)
			second.restart = () => {
				second.processes.push({
					id: "new",
					name: "process new",
					readOnly: second.configured,
					endsAt: Number.POSITIVE_INFINITY,
				});
			};
		const error = await rejection(turnReadOnlyOn(nodes, options));
		expect(error).toMatchObject({ name: "ReadOnlyError", code: "rolled-back" });
		expect(error.message).toBe(
			"The registry could not be made read-only: b answers that it is read-only, but process 0 of before has not ended, and may still take what was begun. a and b are as they were found: writable",
		);
		expect(states()).toEqual(["writable", "writable"]);
		expect(fakes.map(({ configured }) => configured)).toEqual([false, false]);
		expect(keeper.record).toBeUndefined();
	});

	test("says so when a restart lied", async () => {
		const { nodes, options, states } = fakeRegistry({ restart: () => {} });
		const error = await rejection(turnReadOnlyOn(nodes, options));
		expect(error.message).toBe(
			'The registry could not be made read-only: a (http://a:5000) still takes writes 30 s after "restart" had ended: process 0, which served it before, has not ended, so it was not restarted. a is as it was found: writable',
		);
		expect(error.suggestions).toEqual(["Check the command that restarts it."]);
		expect(states()).toEqual(["writable"]);
	});

	test("says so when a restarted node takes writes all the same", async () => {
		const { nodes, options, fakes } = fakeRegistry({});
		const [fake] = fakes;
		if (fake !== undefined) fake.answer = "writable";
		const error = await rejection(turnReadOnlyOn(nodes, options));
		expect(error.code).toBe("rolled-back");
		expect(error.message).toContain(
			'a (http://a:5000) still takes writes 30 s after "restart" had ended: it says writable. a is',
		);
		expect(error.suggestions).toHaveLength(1);
	});

	test("puts back the nodes that were begun when a command fails, and touches no other", async () => {
		const { nodes, options, fakes, states, keeper } = fakeRegistry(
			{},
			{ restart: (turn) => (turn === 1 ? failing() : undefined) },
			{},
		);
		const error = await rejection(turnReadOnlyOn(nodes, options));
		expect(error.message).toBe(
			"The registry could not be made read-only: the command failed. a, b, and c are as they were found: writable",
		);
		expect(states()).toEqual(["writable", "writable", "writable"]);
		expect(fakes.map(({ log }) => log)).toEqual([
			["write true", "restart", "write false", "restart"],
			["write true", "restart", "write false", "restart"],
			[],
		]);
		expect(keeper.record).toBeUndefined();
	});

	test("a node that was never restarted is as it was found, also where its restart command fails for good", async () => {
		const { nodes, options } = fakeRegistry({ restart: failing });
		const error = await rejection(turnReadOnlyOn(nodes, options));
		expect(error.code).toBe("rolled-back");
	});

	test("needs an operator where a node does not come back, brings back the others, and keeps the record", async () => {
		const { nodes, options, fakes, keeper, states } = fakeRegistry(
			{},
			{
				restart: () => {
					const [, second] = fakes;
					for (const one of second?.processes ?? []) one.endsAt = 0;
				},
			},
		);
		const error = await rejection(turnReadOnlyOn(nodes, options));
		expect(error).toMatchObject({
			code: "needs-operator",
			nodes: [
				{ name: "a", standing: "as-found", found: "writable" },
				{ name: "b", standing: "left", found: "writable" },
			],
		});
		expect(error.message).toContain(
			"b was found writable, and is not known to be so again: its answers do not tell its state (it says unknown). a is as it was found: writable",
		);
		expect(states()).toEqual(["writable", "unknown"]);
		expect(keeper.record?.nodes.map(({ stage }) => stage)).toEqual([
			"untouched",
			"begun",
		]);
	});

	test("refuses a node whose state cannot be told, and changes nothing", async () => {
		const { nodes, options, fakes, keeper } = fakeRegistry({}, {});
		const [, second] = fakes;
		if (second !== undefined) second.answer = "unknown";
		await expect(turnReadOnlyOn(nodes, options)).rejects.toMatchObject({
			code: "refused",
			message:
				"It cannot be told whether b (http://b:5000) takes writes: it says unknown. Nothing was changed",
			suggestions: ["Look."],
		});
		expect(fakes.flatMap(({ log }) => log)).toEqual([]);
		expect(keeper.record).toBeUndefined();
	});

	test("refuses a node that takes writes whatever its file says, and names what overrides it", async () => {
		const { nodes, options, fakes } = fakeRegistry({
			overrides: ["REGISTRY_STORAGE_MAINTENANCE_READONLY"],
		});
		const [fake] = fakes;
		if (fake !== undefined) {
			fake.configured = true;
			fake.restart();
			fake.answer = "writable";
		}
		await expect(turnReadOnlyOn(nodes, options)).rejects.toMatchObject({
			code: "refused",
			message:
				"a takes writes, although it is configured to be read-only: variables of its process override the file (REGISTRY_STORAGE_MAINTENANCE_READONLY). Nothing was changed",
		});
	});

	test("notices when somebody changes the configuration back right after", async () => {
		const { nodes, options, fakes, states } = fakeRegistry({ drainMs: 1000 });
		const [fake] = fakes;
		const error = await rejection(
			turnReadOnlyOn(nodes, {
				...options,
				observe: (event) => {
					if (event.type === "ended" && fake !== undefined)
						fake.configured = false;
				},
			}),
		);
		expect(error.message).toContain(
			"the configuration of a does not say read-only any more: somebody has changed it back",
		);
		expect(error.code).toBe("rolled-back");
		expect(states()).toEqual(["writable"]);
	});

	test("notices when a node becomes writable while others are waited for", async () => {
		const { nodes, options, fakes, clock } = fakeRegistry(
			{},
			{ drainMs: 9000 },
		);
		clock.after(3000, () => {
			const [fake] = fakes;
			if (fake !== undefined) fake.configured = false;
			fake?.restart();
		});
		const error = await rejection(turnReadOnlyOn(nodes, options));
		expect(error.message).toContain(
			"a (http://a:5000) was read-only, and is not known to be any more",
		);
	});

	test("when it is cancelled, puts back what was begun, and says what cancelled it", async () => {
		const controller = new AbortController();
		const { nodes, options, clock, states, keeper } = fakeRegistry(
			{ drainMs: 60_000 },
			{},
		);
		const reason = new Error("Interrupted");
		clock.after(2000, () => controller.abort(reason));
		const error = await rejection(
			turnReadOnlyOn(nodes, { ...options, signal: controller.signal }),
		);
		expect(error.cause).toBe(reason);
		expect(error.code).toBe("rolled-back");
		expect(states()).toEqual(["writable", "writable"]);
		expect(keeper.record).toBeUndefined();
	});

	test("a command may be given longer than a timer can run", async () => {
		const { nodes, options, states } = fakeRegistry({});
		await turnReadOnlyOn(nodes, { ...options, commandTimeoutMs: 2 ** 40 });
		expect(new Set(states())).toEqual(new Set(["read-only"]));
	});

	test("a command that hangs is ended", async () => {
		const { nodes, options, fakes, states } = fakeRegistry({});
		const [fake] = fakes;
		if (fake === undefined) throw new Error();
		const { change } = fake.node;
		const hanging = {
			...fake.node,
			change: async () => ({
				...(await change({ readOnly: true })),
				activate: ({ signal }: { signal?: AbortSignal | undefined } = {}) =>
					new Promise<void>((_, reject) =>
						signal?.addEventListener("abort", () => reject(signal.reason)),
					),
			}),
		};
		const error = await rejection(
			turnReadOnlyOn([hanging], {
				...options,
				probe: async () => fake.state(),
				commandTimeoutMs: 20,
			}),
		);
		expect(nodes).toHaveLength(1);
		expect(error.message).toContain(
			'"restart" of a on this machine took longer than 0.02 s, and was ended',
		);
		expect(states()).toEqual(["writable"]);
	});

	test("where former processes cannot be told, waits for as long as they may go on, and says that it is weaker", async () => {
		const { nodes, options, clock, events } = fakeRegistry({
			tellsInstances: false,
			drainMs: 15_000,
		});
		const proof = await turnReadOnlyOn(nodes, options);
		expect(proof?.nodes[0]?.former).toBe("drain-time-out");
		expect(clock.now()).toBeGreaterThanOrEqual(15_000);
		expect(events).toContainEqual({ type: "drained", node: "a", ms: 15_000 });
	});

	test("changes nothing when it is not approved, and keeps nothing", async () => {
		const { nodes, options, fakes, keeper } = fakeRegistry({});
		const approve = async () => false;
		expect(
			await turnReadOnlyOn(nodes, { ...options, approve }),
		).toBeUndefined();
		expect(fakes[0]?.log).toEqual([]);
		expect(keeper.written).toEqual([]);
	});

	test("again: leaves what it has proven as it is, and still knows what was found", async () => {
		const { nodes, options, fakes } = fakeRegistry({});
		await turnReadOnlyOn(nodes, options);
		const proof = await turnReadOnlyOn(nodes, {
			...options,
			operator: "you@there",
		});
		expect(proof).toMatchObject({
			operator: "me@here",
			nodes: [{ found: "writable", former: "proven" }],
		});
		expect(fakes[0]?.log).toEqual(["write true", "restart"]);
	});

	test("again, and it fails: what an earlier run has proven is left read-only", async () => {
		const { nodes, options, fakes, states, keeper } = fakeRegistry({}, {});
		await turnReadOnlyOn(nodes, options);
		const [, second] = fakes;
		if (second !== undefined) {
			second.configured = false;
			second.restart();
			second.restart = failing;
		}
		const error = await rejection(turnReadOnlyOn(nodes, options));
		expect(error.code).toBe("rolled-back");
		expect(error.message).toContain(
			"b is as it was found: writable. a is as it was found: read-only",
		);
		expect(states()).toEqual(["read-only", "writable"]);
		expect(keeper.record?.nodes.map(({ stage }) => stage)).toEqual([
			"proven",
			"untouched",
		]);
	});

	test("goes on after a crash: waits for those that served before the first change", async () => {
		const { nodes, options, fakes, keeper, clock } = fakeRegistry({
			drainMs: 20_000,
		});
		const [fake] = fakes;
		// It was killed after the restart.
		if (fake !== undefined) {
			fake.original = false;
			fake.configured = true;
		}
		fake?.restart();
		keeper.write({
			operator: "me@here",
			since: "2026-01-31T00:00:00.000Z",
			nodes: [
				{
					name: "a",
					url: "http://a:5000",
					found: "writable",
					stage: "begun",
					former: [{ id: "0", name: "process 0" }],
				},
			],
		});
		const proof = await turnReadOnlyOn(nodes, options);
		expect(proof?.nodes[0]).toMatchObject({
			found: "writable",
			former: "ended",
		});
		expect(clock.now()).toBeGreaterThanOrEqual(20_000);
		expect(fake?.log).toEqual([]);
	});

	test("what somebody else made read-only is waited for as long as a former process may go on", async () => {
		const { nodes, options, fakes, clock } = fakeRegistry({ drainMs: 20_000 });
		const [fake] = fakes;
		if (fake !== undefined) fake.configured = true;
		fake?.restart();
		const proof = await turnReadOnlyOn(nodes, options);
		expect(proof?.nodes[0]).toMatchObject({
			found: "read-only",
			former: "drain-time-out",
		});
		expect(clock.now()).toBeGreaterThanOrEqual(20_000);
	});
});
