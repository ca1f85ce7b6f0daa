import { describe, expect, test } from "vitest";
import { Crew } from "../../src/sync/crew.ts";

/** A server in made-up time: an answer takes its latency, or its turn at a rate; and it refuses what is too much. */
class MadeUpServer {
	now = 0;
	served = 0;
	most = 0;
	readonly refusals = { count: 0 };
	latencyMs: number;
	perSecond: number;
	/** More than so many at a time are refused, and tried again a second later. */
	room = Number.POSITIVE_INFINITY;
	readonly #due: { at: number; answer: () => void }[] = [];
	#freeAt = 0;
	#inside = 0;

	constructor(latencyMs: number, perSecond: number) {
		this.latencyMs = latencyMs;
		this.perSecond = perSecond;
	}

	async ask(): Promise<void> {
		this.#inside++;
		this.most = Math.max(this.most, this.#inside);
		while (this.#inside > this.room) {
			this.refusals.count++;
			await this.#at(this.now + 200);
		}
		this.#freeAt = Math.max(this.#freeAt, this.now) + 1000 / this.perSecond;
		await this.#at(Math.max(this.#freeAt, this.now + this.latencyMs));
		this.#inside--;
		this.served++;
	}

	/** Lets so much time pass. */
	async pass(ms: number): Promise<void> {
		const end = this.now + ms;
		for (;;) {
			await new Promise((resolve) => setImmediate(resolve));
			this.#due.sort((left, right) => right.at - left.at);
			const next = this.#due.at(-1);
			if (next === undefined || next.at > end) break;
			this.now = next.at;
			while ((this.#due.at(-1)?.at ?? Number.POSITIVE_INFINITY) <= this.now)
				this.#due.pop()?.answer();
		}
		this.now = end;
	}

	/** How much it serves a second, over so long. */
	async rate(ms: number): Promise<number> {
		const before = this.served;
		await this.pass(ms);
		return ((this.served - before) / ms) * 1000;
	}

	#at(at: number): Promise<void> {
		// In whole milliseconds, so that time passes in steps that are worth one.
		return new Promise((answer) =>
			this.#due.push({ at: Math.ceil(at), answer }),
		);
	}
}

/** A crew that asks a server, without end. */
function askers(
	server: MadeUpServer,
	more: { readonly bound?: number; readonly isSourceSlow?: () => boolean } = {},
): { readonly crew: Crew; readonly end: () => Promise<void> } {
	const crew = new Crew({
		...{ bound: 256, refusals: server.refusals, now: () => server.now },
		...more,
	});
	let isOver = false;
	const running = crew.run(async (stays) => {
		while (stays() && !isOver) {
			await server.ask();
			crew.done(0);
		}
	});
	const end = async () => {
		isOver = true;
		await server.pass(60_000);
		await running;
	};
	return { crew, end };
}

describe("a crew", () => {
	test.each([
		{ latencyMs: 30, perSecond: 5000, needed: 150 },
		{ latencyMs: 30, perSecond: 1000, needed: 30 },
		{ latencyMs: 100, perSecond: 1000, needed: 100 },
	])(
		"reaches nine tenths of $perSecond a second at a latency of $latencyMs ms within two seconds, and stays there",
		async ({ latencyMs, perSecond, needed }) => {
			const server = new MadeUpServer(latencyMs, perSecond);
			const { crew, end } = askers(server);
			await server.pass(2000);
			expect(await server.rate(5000)).toBeGreaterThan(perSecond * 0.9);
			expect(crew.limit).toBeLessThan(needed * 4);
			await end();
		},
	);

	test("has no more on their way than it began with where more brings nothing, looks aside", async () => {
		const server = new MadeUpServer(1, 2000);
		const { crew, end } = askers(server);
		await server.pass(2000);
		expect(crew.limit).toBe(16);
		expect(server.most).toBe(32);
		await end();
	});

	test("uses all of the bound where that pays, and never more", async () => {
		const server = new MadeUpServer(1000, 1e6);
		const { crew, end } = askers(server, { bound: 100 });
		await server.pass(30_000);
		expect(crew.limit).toBe(100);
		expect(server.most).toBe(100);
		await end();
	});

	test("halves at once when the server refuses, and comes back to nine tenths of what it takes", async () => {
		const server = new MadeUpServer(100, 1e6);
		const { crew, end } = askers(server);
		await server.pass(5000);
		expect(crew.limit).toBe(256);
		server.room = 100;
		await server.pass(300);
		expect(crew.limit).toBe(128);
		await server.pass(15_000);
		// A hundred at a time, each of a tenth of a second.
		expect(await server.rate(20_000)).toBeGreaterThan(750);
		expect(crew.limit).toBeLessThanOrEqual(100);
		await end();
	});

	test("yields while the source is slow, down to one, and comes back", async () => {
		let isSlow = false;
		const server = new MadeUpServer(30, 1e6);
		const { crew, end } = askers(server, { isSourceSlow: () => isSlow });
		await server.pass(3000);
		expect(crew.limit).toBe(256);
		isSlow = true;
		await server.pass(10_000);
		expect(crew.limit).toBe(1);
		isSlow = false;
		await server.pass(60_000);
		expect(crew.limit).toBe(256);
		await end();
	});

	test("does everything once, whatever the limit does, and waits for all to end when one fails", async () => {
		const server = new MadeUpServer(30, 1000);
		server.room = 50;
		const crew = new Crew({
			...{ bound: 256, refusals: server.refusals, now: () => server.now },
		});
		const waiting = Array.from({ length: 5000 }, (_, n) => n).values();
		const seen: number[] = [];
		const running = crew.run(async (stays) => {
			while (stays()) {
				const { value } = waiting.next();
				if (value === undefined) return;
				await server.ask();
				seen.push(value);
				crew.done(0);
			}
		});
		await server.pass(120_000);
		await running;
		expect(seen.toSorted((left, right) => left - right)).toEqual(
			Array.from({ length: 5000 }, (_, n) => n),
		);
		const failure = new Error("failed");
		let underway = 0;
		const failing = crew.run(async (stays) => {
			for (let count = 0; stays(); count++) {
				underway++;
				await server.ask();
				underway--;
				if (count === 3) throw failure;
			}
		});
		const ended = expect(failing).rejects.toBe(failure);
		await server.pass(60_000);
		await ended;
		expect(underway).toBe(0);
	});

	test("lets several share, each with one worker at least", async () => {
		const server = new MadeUpServer(30, 1e6);
		const crew = new Crew({ bound: 2, now: () => server.now });
		const ends = Array.from({ length: 5 }, async () => {
			let left = 10;
			await crew.run(async (stays) => {
				while (stays() && left-- > 0) await server.ask();
			}, 10);
		});
		await server.pass(10_000);
		await Promise.all(ends);
		expect(server.served).toBe(50);
		// The first has two, the others find no room.
		expect(server.most).toBe(6);
	});
});
