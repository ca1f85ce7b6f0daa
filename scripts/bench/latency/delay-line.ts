import type { Socket } from "node:net";

/** What may be under way in one direction of a connection (bytes) before no more is read. */
const MAX_UNDER_WAY_BYTES = 4 * 2 ** 20;

/** Bytes, or the end of them, and when they arrive (ms, of `performance.now`). */
interface Arrival {
	readonly dueMs: number;
	readonly bytes: Buffer | undefined;
}

/**
 * Brings what one socket says to another, each piece a given time after it was said, in the order in which it was said;
 * nothing arrives before `notBeforeMs`. Its end is brought as well. What the receiver does not take, or what is more than
 * a few mebibytes, is not read from the sender.
 */
export function delayLine(
	from: Socket,
	to: Socket,
	delayMs: number,
	notBeforeMs = 0,
): void {
	const arrivals: Arrival[] = [];
	let underWayBytes = 0;
	let timer: NodeJS.Timeout | undefined;
	let isFull = false;

	const send = (bytes: Buffer | undefined) => {
		const dueMs = Math.max(performance.now() + delayMs, notBeforeMs);
		arrivals.push({ dueMs, bytes });
		underWayBytes += bytes?.length ?? 0;
		if (underWayBytes >= MAX_UNDER_WAY_BYTES) from.pause();
		wait();
	};
	const wait = () => {
		const [next] = arrivals;
		if (next === undefined || timer !== undefined || isFull) return;
		// A timer may be a part of a millisecond early, and never makes up for it: `deliver` looks at the clock.
		const inMs = Math.max(0, Math.ceil(next.dueMs - performance.now()));
		timer = setTimeout(deliver, inMs);
	};
	const deliver = () => {
		timer = undefined;
		const now = performance.now();
		let next = arrivals[0];
		while (next !== undefined && next.dueMs <= now && !isFull) {
			arrivals.shift();
			if (next.bytes === undefined) to.end();
			else {
				isFull = !to.write(next.bytes);
				underWayBytes -= next.bytes.length;
			}
			next = arrivals[0];
		}
		if (underWayBytes < MAX_UNDER_WAY_BYTES && !isFull) from.resume();
		wait();
	};
	from.on("data", send);
	from.on("end", () => send(undefined));
	to.on("drain", () => {
		isFull = false;
		deliver();
	});
	to.on("close", () => {
		clearTimeout(timer);
		// Nothing is delivered any more.
		isFull = true;
	});
}
