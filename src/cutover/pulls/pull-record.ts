/** A time in which something failed (ms since 1970). */
export interface Span {
	readonly from: number;
	readonly to: number;
}

/** How a node's pulls went. */
interface NodePulls {
	readonly node: string;
	/** In all (ms); as seen by polls, so up to one interval too long. */
	readonly failedMs: number;
	/** In order. */
	readonly spans: readonly Span[];
}

/** How pulls went while they were polled. */
export interface PullsResult {
	readonly nodes: readonly NodePulls[];
	/** How long no node at all served (ms). */
	readonly noneServedMs: number;
}

/**
 * Folds answers into the times in which pulls failed: from the first failing question of a row to the answer of the first
 * that is served again. Answers of one node come in order.
 */
export class PullRecord {
	readonly #nodes: ReadonlyMap<string, Span[]>;
	readonly #failingSince = new Map<string, number>();

	constructor(nodes: readonly string[]) {
		this.#nodes = new Map(nodes.map((node) => [node, []]));
	}

	/** A question of then was answered by now (ms since 1970). */
	take(
		node: string,
		{
			askedAt,
			answeredAt,
			isServed,
		}: {
			readonly askedAt: number;
			readonly answeredAt: number;
			readonly isServed: boolean;
		},
	): void {
		const since = this.#failingSince.get(node);
		if (!isServed && since === undefined) this.#failingSince.set(node, askedAt);
		if (!isServed || since === undefined) return;
		this.#failingSince.delete(node);
		this.#nodes.get(node)?.push({ from: since, to: answeredAt });
	}

	/** What it came to by now. */
	result(now: number): PullsResult {
		const all = [...this.#nodes].map(([node, ended]) => {
			const since = this.#failingSince.get(node);
			const spans =
				since === undefined ? ended : [...ended, { from: since, to: now }];
			return { node, failedMs: lengthOf(spans), spans };
		});
		const [first, ...others] = all.map(({ spans }) => spans);
		const none = others.reduce<readonly Span[]>(common, first ?? []);
		return { nodes: all, noneServedMs: lengthOf(none) };
	}
}

/** Where both fail. */
function common(
	some: readonly Span[],
	others: readonly Span[],
): readonly Span[] {
	return some.flatMap((one) =>
		others.flatMap((other) => {
			const from = Math.max(one.from, other.from);
			const to = Math.min(one.to, other.to);
			return from < to ? [{ from, to }] : [];
		}),
	);
}

function lengthOf(spans: readonly Span[]): number {
	return spans.reduce((sum, { from, to }) => sum + to - from, 0);
}
