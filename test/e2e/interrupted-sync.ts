import { expect } from "vitest";
import { pseudoRandomBytes } from "../../scripts/sample-registry/content.ts";
import { describeResult } from "../support/program.ts";
import type { Gate } from "./gate.ts";
import { startProgram } from "./program.ts";

/** How a pass is ended from outside, and when: while its so-many-th object of this kind is on its way. */
export interface Moment {
	readonly signal: "SIGKILL" | "SIGINT";
	readonly kind: keyof typeof PATHS;
	readonly number: number;
	/** Whether the object still reaches the server. */
	readonly isPassedOn: boolean;
}

/** What is copied, in the order of copying. */
const PATHS = {
	blob: /\/blobs\/sha256\/.*\/data$/,
	layer: /\/_layers\//,
	revision: /\/_manifests\/revisions\//,
	index: /\/tags\/[^/]+\/index\//,
	current: /\/tags\/[^/]+\/current\/link$/,
} as const;

const KINDS = ["blob", "current", "layer", "index", "revision"] as const;

/**
 * Moments that look random and are the same for the same seed: in fifteen of them each signal meets each kind. None
 * counts further than `most`, so that every pass that copies so many objects of each kind comes to its moment.
 */
export function moments(
	seed: string,
	count: number,
	most: number,
): readonly Moment[] {
	return Array.from({ length: count }, (_, round) => {
		const random = pseudoRandomBytes(`${seed}/${round}`, 8);
		return {
			signal: round % 3 === 2 ? "SIGINT" : "SIGKILL",
			kind: KINDS[round % KINDS.length] ?? "blob",
			number: 1 + (random.readUInt32LE(0) % most),
			isPassedOn: random.readUInt8(4) % 2 === 0,
		};
	});
}

/** Runs the program on a target behind the gate, ends it at the moment, and checks how it goes. */
export async function endAt(
	moment: Moment,
	gate: Gate,
	programArguments: readonly string[],
): Promise<void> {
	const { signal, kind, number, isPassedOn } = moment;
	const held = gate.hold({
		method: "PUT",
		path: PATHS[kind],
		number,
		isPassedOn,
	});
	const program = await startProgram(programArguments);
	program.stdout.resume();
	const early = await Promise.race([held, program.ended]);
	if (early !== undefined)
		throw new Error(
			`it ended before its moment: ${describeResult({ ...early, stdout: "" })}`,
		);
	program.child.kill(signal);
	const { exitCode, stderr } = await program.ended;
	await gate.quiet();
	if (signal === "SIGKILL") {
		expect({ exitCode, signal: program.child.signalCode }).toEqual({
			exitCode: null,
			signal,
		});
		return;
	}
	expect({ exitCode, signal: program.child.signalCode }).toEqual({
		exitCode: 130,
		signal: null,
	});
	expect(stderr).toMatch(
		/^Stopped after [\d,]+ objects? of [\d,]+\. Run the same command again to go on; what was copied is not copied twice\.\nInterrupted\.\n$/m,
	);
}
