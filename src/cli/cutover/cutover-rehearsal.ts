import type { Rehearsed } from "../../cutover/before/rehearse.ts";
import type { Call } from "../../cutover/course/step.ts";
import { RegistryError } from "../../registry/registry-error.ts";
import type { NodeResult } from "../../registry/rehearsal/rehearse.ts";
import { printable } from "../format.ts";
import type { RegistryWishes } from "../registry/registry-flags.ts";
import type { RegistrySession } from "../registry/registry-session.ts";
import { runRehearsal } from "../registry/rehearsal.ts";
import type { SettingsWishes } from "./cutover-world.ts";

/** What is copied for the rehearsal of a cutover, at most (MiB): one small repository. */
const MOST_MIB = 64;

/** What whoever rehearses needs to know. */
export interface RehearsalSetting {
	readonly named: { readonly source: string; readonly target: string };
	readonly wishes: RegistryWishes & SettingsWishes;
	readonly session: RegistrySession;
	readonly isDryRun: boolean;
	readonly say: (line: string) => void;
}

/**
 * Rehearses the nodes of this machine with one small repository, as `rehearse` does. A node that cannot be is no failure.
 */
export async function rehearseForCutover(
	{ named, wishes, session, isDryRun, say }: RehearsalSetting,
	{ signal }: Call,
): Promise<Rehearsed> {
	const names = (isLocal: boolean) =>
		session.nodes
			.filter(({ host }) => host.isLocal === isLocal)
			.map(({ name }) => name);
	const [here, elsewhere] = [names(true), names(false)];
	const untried =
		elsewhere.length === 0
			? []
			: [
					{
						nodes: elsewhere,
						because: "A rehearsal runs on the machine itself.",
					},
				];
	const nothing = { failure: undefined, startMs: undefined };
	if (here.length === 0) return { ...nothing, untried };
	const tell = (text: string) => say(`   ${printable(text)}`);
	try {
		const { nodes } = await runRehearsal(
			named,
			{
				...wishes,
				...{ repositories: 1, include: undefined, "max-mib": MOST_MIB },
				...{ node: here, "dry-run": isDryRun },
			},
			{
				...{ say: tell, tell, warn: tell },
				signal: signal ?? new AbortController().signal,
			},
		);
		// Other kinds are restarted with much besides.
		const isAlone = session.described.description.kind === "distribution";
		const startMs = isAlone ? startIn(nodes) : undefined;
		return { failure: failureIn(nodes), untried, startMs };
	} catch (error) {
		if (!(error instanceof RegistryError) || error.code !== "refused")
			throw error;
		const because = `${error.message.replace(/\.$/, "")}.`;
		return { ...nothing, untried: [...untried, { nodes: here, because }] };
	}
}

function failureIn(nodes: readonly NodeResult[]): Rehearsed["failure"] {
	for (const { node, steps } of nodes) {
		const failed = steps.find(({ outcome }) => outcome === "failed");
		if (failed === undefined) continue;
		const { message, said, suggestions } = failed;
		const log = said.map((text) => `The registry's log: ${text}`);
		return { node, message, suggestions: [...log, ...suggestions] };
	}
	return undefined;
}

function startIn(nodes: readonly NodeResult[]): number | undefined {
	const times = nodes.flatMap(({ steps }) =>
		steps.flatMap(({ tookMs }) => (tookMs === undefined ? [] : [tookMs])),
	);
	return times.length === 0 ? undefined : Math.max(...times);
}
