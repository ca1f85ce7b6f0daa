/** How many objects are on their way at a time, and why. Times are in milliseconds, rates in work a millisecond. */
export interface Concurrency {
	/** Objects on their way at a time, at most. */
	readonly limit: number;
	/**
	 * `growing`: found out whether more pays. `shrinking`: whether less does as well. `steady`: neither, until `dueAt`.
	 * `recovering`: on the way back from having yielded.
	 */
	readonly mode: "growing" | "shrinking" | "steady" | "recovering";
	/** What the limit before this one let through; 0: nobody knows. */
	readonly base: number;
	/** The limit before this one. */
	readonly before: number;
	/** What is found out when the rest is over. */
	readonly upNext: "growing" | "shrinking";
	/** When the next step may be taken, unless there is trouble. */
	readonly dueAt: number;
	/** How long it then stays as it is. */
	readonly restMs: number;
	/** The limit at which there was trouble last; infinite while there was none. */
	readonly ceiling: number;
	/** Trouble before this was told of by what was on its way when we yielded. */
	readonly heedAt: number;
}

/** What was seen while the limit was what it is. */
export interface Sighting {
	readonly now: number;
	/** What was let through. */
	readonly rate: number;
	/** As many as may be were on their way. */
	readonly isUsed: boolean;
	/** The server asked to slow down, or the source has become slow. */
	readonly isTrouble: boolean;
}

/** Where it begins: on one machine, more costs memory and brings nothing. */
const START = 16;

/** Most, where the user does not say. */
export const DEFAULT_CONCURRENCY = 256;

/** How long trouble is taken for the same one (ms): what was on its way is still being refused. */
const SAME_TROUBLE_MS = 500;

/** Between two steps of recovering (ms). */
const RECOVERY_MS = 1000;

/** How long what has proved right is left alone (ms): at first, and at most. It doubles. */
const REST_MS = { first: 2000, most: 30_000 };

/** How near to where the trouble was it goes back, and by how much one trouble may lower that. */
const BELOW_CEILING = 0.9;
const CEILING_FALL = 0.8;

/** A tenth of what a step could bring at best makes it worth while. */
const WORTH = 0.1;

/** What half as many let through must be to be as much. */
const AS_MUCH = 0.95;

/** How to begin, with a bound. */
export function initialConcurrency(bound: number): Concurrency {
	const limit = Math.min(START, bound);
	return {
		...{ limit, mode: "growing", base: 0, before: limit, dueAt: 0 },
		...{
			upNext: "growing",
			restMs: REST_MS.first,
			ceiling: Number.POSITIVE_INFINITY,
		},
		heedAt: Number.NEGATIVE_INFINITY,
	};
}

/** What was measured says nothing of what comes now: other objects. */
export function forOthers(known: Concurrency): Concurrency {
	return known.mode === "recovering"
		? known
		: { ...known, mode: "growing", base: 0, before: known.limit };
}

/**
 * How many from here on. Never below 1, never above the bound.
 *
 * | it was      | and seen is                           | so                                                            |
 * | ----------- | ------------------------------------- | ------------------------------------------------------------- |
 * | anything    | trouble, not heeded yet               | half as many at once, then recover                            |
 * | recovering  | no trouble for a second               | half of the way back to nine tenths of where the trouble was  |
 * | recovering  | the same, and it is there             | steady, for as long as it may be                              |
 * | anything    | fewer on their way than may be        | stays: nothing follows from it                                |
 * | growing     | the first that is seen, or worth it   | grow: twice as many, a quarter more where there was trouble   |
 * | growing     | the bound is reached, and worth it    | steady                                                        |
 * | growing     | no more than before                   | as many as before, steady, for twice as long                  |
 * | shrinking   | as much as before                     | half as many again                                            |
 * | shrinking   | less                                  | as many as before, steady, for twice as long                  |
 * | steady      | it is time                            | find out in turn whether more pays, and whether half as many do |
 */
export function nextConcurrency(
	known: Concurrency,
	seen: Sighting,
	bound: number,
): Concurrency {
	const { mode, limit, base, before } = known;
	if (seen.isTrouble)
		return seen.now < known.heedAt ? known : yielding(known, seen);
	if (seen.now < known.dueAt) return known;
	if (mode === "recovering") return recovering(known, seen, bound);
	if (!seen.isUsed) return known;
	switch (mode) {
		case "growing": {
			const isWorth = seen.rate >= base * (1 + (limit / before - 1) * WORTH);
			if (!isWorth) return resting({ ...known, limit: before }, seen);
			return limit < bound ? growing(known, seen, bound) : resting(known, seen);
		}
		case "shrinking":
			if (seen.rate < base * AS_MUCH)
				return resting({ ...known, limit: before }, seen);
			return limit > START ? shrinking(known, seen) : resting(known, seen);
		case "steady":
			return known.upNext === "shrinking" && limit > START
				? shrinking(known, seen)
				: limit < bound
					? growing(known, seen, bound)
					: resting(known, seen);
		default:
			return mode satisfies never;
	}
}

function yielding(known: Concurrency, { now }: Sighting): Concurrency {
	const { limit, ceiling } = known;
	return {
		...known,
		mode: "recovering",
		limit: Math.max(1, Math.floor(limit / 2)),
		before: limit,
		ceiling: Number.isFinite(ceiling)
			? Math.max(limit, ceiling * CEILING_FALL)
			: limit,
		heedAt: now + SAME_TROUBLE_MS,
		dueAt: now + RECOVERY_MS,
	};
}

function recovering(
	known: Concurrency,
	{ now, rate }: Sighting,
	bound: number,
): Concurrency {
	const { limit, ceiling } = known;
	const goal = Math.min(
		bound,
		Math.max(1, Math.floor(ceiling * BELOW_CEILING)),
	);
	if (limit >= goal)
		return {
			...{ ...known, mode: "steady", base: rate, upNext: "growing" },
			...{ dueAt: now + REST_MS.most, restMs: REST_MS.most },
		};
	const next = Math.min(goal, limit + Math.ceil((goal - limit) / 2));
	return { ...known, limit: next, before: limit, dueAt: now + RECOVERY_MS };
}

function growing(
	known: Concurrency,
	{ rate }: Sighting,
	bound: number,
): Concurrency {
	const { limit, ceiling } = known;
	const next = Number.isFinite(ceiling) ? Math.ceil(limit * 1.25) : limit * 2;
	return {
		...{ ...known, mode: "growing", base: rate, before: limit },
		limit: Math.min(bound, next),
	};
}

function shrinking(known: Concurrency, { rate }: Sighting): Concurrency {
	const { limit } = known;
	return {
		...{ ...known, mode: "shrinking", base: rate, before: limit },
		limit: Math.max(START, Math.floor(limit / 2)),
	};
}

/** Stays at the limit; what was tried last is not what is tried next. */
function resting(known: Concurrency, { now, rate }: Sighting): Concurrency {
	const wasGrowing =
		known.mode === "growing" ||
		(known.mode === "steady" && known.upNext === "growing");
	return {
		...{ ...known, mode: "steady", base: rate, before: known.limit },
		upNext: wasGrowing ? "shrinking" : "growing",
		dueAt: now + known.restMs,
		restMs: Math.min(REST_MS.most, known.restMs * 2),
	};
}
