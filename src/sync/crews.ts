import { DEFAULT_CONCURRENCY } from "./concurrency.ts";
import { Crew } from "./crew.ts";
import type { PassContext } from "./pass-context.ts";
import { SourceWatch } from "./source-watch.ts";

/** Requests at a time to an object store that is listed, or read as a source, at most: so many are answered by any. */
const READ_CONCURRENCY = 32;

/** Those who do a pass's work, as many at a time as pay, up to a bound, and who watches over the source. */
export function crewsFor({
	concurrency: bound = DEFAULT_CONCURRENCY,
	refusals,
}: {
	readonly concurrency?: number | undefined;
	readonly refusals?: { readonly count: number } | undefined;
}): Pick<PassContext, "concurrency" | "crews" | "watch"> {
	const watch = new SourceWatch();
	const crew = { bound, refusals, isSourceSlow: () => watch.isSlow };
	return {
		concurrency: Math.min(bound, READ_CONCURRENCY),
		crews: { reading: new Crew(crew), copying: new Crew(crew) },
		watch,
	};
}
