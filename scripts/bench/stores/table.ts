import {
	CLIENTS,
	type Client,
	OPERATIONS,
	type Operation,
	type Result,
	STORES,
	type StoreName,
} from "./measurement.ts";

const HEADINGS: Readonly<Record<Operation, string>> = {
	put: "CPU ms for a put of 71 bytes",
	list: "CPU ms for a page of 1,000 keys",
};

/** The tables of both operations: medians of the rounds, and how many times as much ours takes as each of the others. */
export function formatStoreTables(results: readonly Result[]): string {
	return OPERATIONS.map((operation) =>
		[
			HEADINGS[operation].padEnd(32) + heading(),
			...STORES.flatMap((store) => row(operation, store, results) ?? []),
		].join("\n"),
	).join("\n\n");
}

const OTHERS: readonly Client[] = CLIENTS.filter((name) => name !== "store");

function heading(): string {
	const others = OTHERS.map((client) => client.padStart(9) + "x".padStart(7));
	return `${"store".padStart(9)}${others.join("")}`;
}

function row(
	operation: Operation,
	store: StoreName,
	results: readonly Result[],
): string | undefined {
	const figure = (client: Client) =>
		median(
			results
				.filter(
					(result) =>
						result.store === store &&
						result.operation === operation &&
						result.client === client,
				)
				.map(({ cpuMs }) => cpuMs),
		);
	const ours = figure("store");
	if (ours === undefined) return undefined;
	const others = OTHERS.map((client) => {
		const other = figure(client);
		return other === undefined
			? `${"-".padStart(9)}${"-".padStart(7)}`
			: other.toFixed(3).padStart(9) + (ours / other).toFixed(2).padStart(7);
	});
	return `${store.padEnd(32)}${ours.toFixed(3).padStart(9)}${others.join("")}`;
}

function median(numbers: readonly number[]): number | undefined {
	return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
