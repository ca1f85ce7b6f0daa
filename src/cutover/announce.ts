import { endingOf } from "../registry/host/ending.ts";
import { localHost } from "../registry/host/local-host.ts";
import { runLine } from "../registry/host/run-line.ts";
import { maskedText } from "../registry/masking/mask.ts";
import { messageOf } from "../store/thrown.ts";
import type { Outcome } from "./course/journal-record.ts";
import type { Call } from "./course/step.ts";
import { CutoverError } from "./cutover-error.ts";
import type { World } from "./world.ts";

/** Commands by which people and machines are told: shell lines, run on this machine. They have to be safe to repeat. */
export interface Hooks {
	/** Before pushes are refused: pause runners, silence alerts. */
	readonly atWindowOpen: string | undefined;
	/** When they are taken again, wherever. */
	readonly atWindowClosed: string | undefined;
}

/** What announcements need of the world. */
export type AnnouncingWorld = Pick<
	World,
	"hooks" | "id" | "source" | "target" | "observe"
> & {
	readonly course: Pick<World["course"], "from" | "to">;
	readonly turn: Pick<World["turn"], "commandTimeoutMs">;
};

/** Tells that the window is about to be opened. Rejects with a `CutoverError` (`refused`) when the command fails. */
export async function announceOpening(
	world: AnnouncingWorld,
	call: Call,
): Promise<void> {
	const reason = await run(world, "open", {}, call);
	if (reason === undefined) return;
	throw new CutoverError(
		"refused",
		`The window was not opened: the command to run before it (--at-window-open) ${reason}. Nothing was changed`,
		{ suggestions: ["Mend the command, or leave it out, and run this again."] },
	);
}

/** Tells that pushes are taken again, and where. What fails is a note: the registry is where it is. */
export async function announceEnd(
	world: AnnouncingWorld,
	outcome: Outcome,
	call: Call,
): Promise<void> {
	const { from, to } = world.course;
	const place = outcome === "done" ? to : from;
	const told = { REGMIGRATE_OUTCOME: place };
	const reason = await run(world, "closed", told, call);
	if (reason === undefined) return;
	world.observe({
		type: "note",
		text: `THE COMMAND TO RUN AT THE END OF THE WINDOW (--at-window-closed) ${reason}: the registry takes pushes again, on the ${place}; run by hand what it was to do.`,
	});
}

/** Resolves with why it failed, as the rest of a sentence; `undefined`: it did not, or there is none. */
async function run(
	world: AnnouncingWorld,
	window: "open" | "closed",
	told: Readonly<Record<string, string>>,
	{ signal }: Call,
): Promise<string | undefined> {
	const { hooks, id, turn, observe } = world;
	// Those of the cutover, also on the way back from it.
	const [source, target] =
		world.course.from === "source"
			? [world.source, world.target]
			: [world.target, world.source];
	const line = window === "open" ? hooks.atWindowOpen : hooks.atWindowClosed;
	if (line === undefined) return undefined;
	const environment = Object.entries({
		REGMIGRATE_CUTOVER_ID: id,
		REGMIGRATE_SOURCE: source.url,
		REGMIGRATE_TARGET: target.url,
		...told,
	}).map(([name, value]) => `${name}=${value}`);
	const host = {
		...localHost,
		run: (
			command: Parameters<typeof localHost.run>[0],
			options?: Parameters<typeof localHost.run>[1],
		) => localHost.run(["env", ...environment, ...command], options),
	};
	try {
		const { code, said } = await runLine(host, line, {
			...{ signal, timeoutMs: turn.commandTimeoutMs },
		});
		observe({
			...{ type: "announced", window },
			// It is kept with the events, and what runs it may print all that it does (I7).
			said: maskedText(said)
				.split("\n")
				.filter((text) => text.trim() !== ""),
		});
		return code === 0 ? undefined : endingOf(code);
	} catch (error) {
		signal?.throwIfAborted();
		return `could not be run: ${messageOf(error)}`;
	}
}
