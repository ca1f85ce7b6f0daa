import { describe, expect, test } from "vitest";
import { faultsOf, NODES, pointsOf, process } from "./model-cutover.ts";
import { ModelJournal } from "./model-journal.ts";
import { ModelWorld } from "./model-world.ts";

/** All of it is computing, nothing waits: on a busy machine it takes many times as long (ms). */
const TIMEOUT_MS = 300_000;

/** Describes cutovers in which one of these fails (`undefined`: none does), and whose process is killed twice. */
export function describeKilledTwice(
	failing: readonly (string | undefined)[],
): void {
	describe.each(failing)("a cutover in which %s fails", (failing) => {
		test("killed at every point, and killed again at every seventh, it ends in one of two states", {
			timeout: TIMEOUT_MS,
		}, async () => {
			const points = await pointsOf(failing);
			for (let killAt = 0; killAt < points; killAt++) {
				const world = new ModelWorld(NODES);
				const journal = new ModelJournal(world);
				world.failing = failing;
				world.killAt = killAt;
				await process(world, journal);
				expect(await faultsKilledAtEverySeventh(world, journal)).toEqual([]);
			}
		});
	});
}

/**
 * What is wrong after the process that goes on is killed, too, and a third one goes on. Until it is through before it would
 * be killed: any later point would be the same.
 */
async function faultsKilledAtEverySeventh(
	killed: ModelWorld,
	{ records }: ModelJournal,
): Promise<readonly string[]> {
	const faults: string[] = [];
	for (let again = 0; ; again += 7) {
		const world = killed.copy();
		const journal = new ModelJournal(world, records);
		for (const at of [killed.points + again, undefined]) {
			if (journal.records.at(-1)?.type === "ended") break;
			world.revive();
			world.killAt = at;
			await process(world, journal);
		}
		for (const fault of faultsOf(world, journal))
			faults.push(`killed again at ${again} after it went on: ${fault}`);
		if (world.points <= killed.points + again) return faults;
	}
}
