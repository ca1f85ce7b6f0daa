import { Flags } from "@oclif/core";
import type { LimitOptions } from "../../store/limit.ts";
import type { OutageOptions } from "../../store/outage.ts";
import { durationOf } from "../duration.ts";
import { formatDuration } from "../format.ts";
import { parseBandwidth } from "./bandwidth.ts";
import { parseUntil } from "./until.ts";

/** The flags by which a pass is a good guest where a registry is in use. */
export const guestFlags = {
	"max-requests-per-second": Flags.integer({
		min: 1,
		helpValue: "N",
		description:
			"ask TARGET for no more than this, and SOURCE where it is an object store; each by itself, attempts included",
	}),
	bwlimit: Flags.string({
		helpValue: "RATE",
		description:
			'bytes a second to TARGET, and from SOURCE where it is an object store: 10M, 512k, off, or a timetable as rclone has it: "08:00,512k 18:00,30M 23:00,off", "Mon-08:00,512k Sat-00:00,off"; local time, units are powers of 1024',
	}),
	until: Flags.string({
		helpValue: "TIME",
		description:
			"begin nothing new after this time (06:00, 2026-01-31T06:00, or 8h from now), end cleanly, delete nothing; the same command goes on where it was",
	}),
	"max-failures": Flags.integer({
		min: 1,
		default: 1000,
		helpValue: "N",
		description: "give up after so many objects have failed",
	}),
	"max-outage": Flags.string({
		default: "15m",
		helpValue: "DURATION",
		description:
			"while nothing at all gets through to a server, wait for it, up to so long, and not beyond --until; 0s: not at all",
	}),
};

/** What the flags say. */
export interface GuestOptions {
	readonly limits: LimitOptions;
	readonly endsAt: Date | undefined;
	readonly maxFailures: number;
	/** How long a server that answers nothing any more is waited for (ms). */
	readonly patienceMs: number;
}

/** What the flags of a command say at a time. Throws a `UsageError` when one says nothing that can be understood. */
export function guestOptions(
	flags: {
		readonly "max-requests-per-second": number | undefined;
		readonly bwlimit: string | undefined;
		readonly until: string | undefined;
		readonly "max-failures": number;
		readonly "max-outage": string;
	},
	now = new Date(),
): GuestOptions {
	const { bwlimit, until } = flags;
	const rate = bwlimit === undefined ? undefined : parseBandwidth(bwlimit);
	return {
		limits: {
			requestsPerSecond: flags["max-requests-per-second"],
			bytesPerSecond:
				typeof rate === "function"
					? () => rate(new Date())
					: rate === Number.POSITIVE_INFINITY
						? undefined
						: rate,
		},
		endsAt: until === undefined ? undefined : parseUntil(until, now),
		maxFailures: flags["max-failures"],
		patienceMs: durationOf("max-outage", flags["max-outage"]),
	};
}

/** Waits for servers as the flags say, and says so. */
export function toldOutages(
	{ patienceMs, endsAt }: Pick<GuestOptions, "patienceMs" | "endsAt">,
	say: (line: string) => void,
): OutageOptions {
	return {
		...{ patienceMs, endsAt },
		onBegin: ({ store, reason }) =>
			say(
				`Nothing gets through to ${store}: ${reason}. Waiting for it, up to ${formatDuration(patienceMs)}.`,
			),
		onEnd: (store, ms) =>
			say(`${store} answers again, after ${formatDuration(ms)}.`),
	};
}
