import { listSide } from "./listing.ts";
import { allOrStop } from "./pull.ts";
import { classify } from "./tally.ts";
import type { Verification, VerifiedSide } from "./verification.ts";

/** Counts the objects of both sides. */
export async function countSides(verification: Verification): Promise<void> {
	const { source, target, stop } = verification;
	await allOrStop(
		[countSide(verification, source), countSide(verification, target)],
		stop,
	);
}

async function countSide(
	verification: Verification,
	side: VerifiedSide,
): Promise<void> {
	for await (const objects of listSide(verification, side))
		for (const { key, size } of objects) side.tally.add(classify(key), size);
}
