import { once } from "node:events";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { cutoverSignals } from "../../../src/cli/cutover/cutover-signals.ts";
import { Interruption } from "../../../src/cli/interruption.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Listens as the command does; signals are sent to those who listen, as Node does. */
function listening({ isTerminal }: { readonly isTerminal: boolean }) {
	const warnings: string[] = [];
	const signals = cutoverSignals((text) => warnings.push(text), isTerminal);
	onTestFinished(() => signals[Symbol.dispose]());
	const send = (name: (typeof SIGNALS)[number]) => process.emit(name, name);
	return { signals, send, warnings };
}

beforeEach(() => {
	vi.useFakeTimers({ toFake: ["performance"] });
	onTestFinished(() => void vi.useRealTimers());
});

describe("cutoverSignals", () => {
	test("at a terminal, Ctrl-C has to be confirmed by another one", () => {
		const { signals, send, warnings } = listening({ isTerminal: true });
		send("SIGINT");
		expect(signals.signal.aborted).toBe(false);
		expect(warnings).toEqual([expect.stringContaining("Ctrl-C once more")]);
		vi.advanceTimersByTime(9000);
		send("SIGINT");
		expect(signals.signal.reason).toBeInstanceOf(Interruption);
	});

	test("at a terminal, one that comes later counts as a first one again", () => {
		const { signals, send, warnings } = listening({ isTerminal: true });
		send("SIGINT");
		vi.advanceTimersByTime(10_000);
		send("SIGINT");
		expect(signals.signal.aborted).toBe(false);
		expect(warnings).toHaveLength(2);
	});

	test("without a terminal, one Ctrl-C is enough", () => {
		const { signals, send, warnings } = listening({ isTerminal: false });
		send("SIGINT");
		expect(signals.signal.aborted).toBe(true);
		expect(warnings).toEqual([]);
	});

	test("where nothing leads back, Ctrl-C does nothing and says so", () => {
		const { signals, send, warnings } = listening({ isTerminal: true });
		signals.ignoreInterrupts("rollback leads back later");
		for (const name of ["SIGINT", "SIGINT"] as const) send(name);
		expect(signals.signal.aborted).toBe(false);
		expect(new Set(warnings)).toEqual(
			new Set(["It goes on: rollback leads back later."]),
		);
	});

	test("a request to end needs no confirmation", () => {
		const { signals, send } = listening({ isTerminal: true });
		send("SIGTERM");
		expect(signals.signal.reason).toMatchObject({
			message: expect.stringContaining("SIGTERM"),
		});
	});

	test("a lost terminal ends nothing, nor does an output that nobody reads", async () => {
		const { signals, send } = listening({ isTerminal: true });
		send("SIGHUP");
		const failed = once(process.stderr, "error").catch(
			(error: unknown) => error,
		);
		process.stderr.emit("error", new Error("EPIPE"));
		await failed;
		expect(signals.signal.aborted).toBe(false);
	});

	test("gives back all that it had taken", () => {
		const counts = () => [
			...SIGNALS.map((name) => process.listenerCount(name)),
			process.stdout.listenerCount("error"),
			process.stderr.listenerCount("error"),
		];
		const before = counts();
		cutoverSignals(() => {}, true)[Symbol.dispose]();
		expect(counts()).toEqual(before);
	});
});
