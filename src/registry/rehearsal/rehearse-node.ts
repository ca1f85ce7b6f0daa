import type { Host } from "../host/host.ts";
import { secretsIn } from "../masking/secrets-in-tree.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import type { DriverSettings } from "../settings.ts";
import { adviceFor } from "./advice.ts";
import type { Asking } from "./asking.ts";
import { type CopiedImage, readingSteps } from "./reading-steps.ts";
import { complaintsIn } from "./registry-log.ts";
import {
	type ServedRegistry,
	ServeError,
	type Serving,
	serveRegistry,
} from "./serve.ts";
import { STEPS, type StepName, type StepResult } from "./step.ts";
import { type PushPlace, writingSteps } from "./writing-steps.ts";

/** What a node is rehearsed with. Secrets inside (I7). */
export interface NodeRehearsal extends PushPlace {
	readonly host: Host;
	/** Everything but the storage and whether it is read-only. */
	readonly serving: Omit<Serving, "storage" | "isReadOnly">;
	/** Where the images are; what is pushed goes to a place of this node alone. */
	readonly pulls: DriverSettings;
	readonly images: readonly CopiedImage[];
}

export interface RehearseOptions extends Call {
	/** Called with each result as it is there; must not throw. */
	readonly observe?: ((result: StepResult) => void) | undefined;
}

/**
 * Rehearses one node: its own registry's program is started with the settings for the target on a place of the rehearsal,
 * and asked what clients ask of it; first read-only, then writable. A step that fails is a result; what comes after it is
 * skipped, but a failed pull of an image that is there does not keep pushes from being tried. Each registry that was
 * started has ended when this resolves or rejects.
 *
 * Nothing is pushed by a registry that does not find the images: it would write somewhere else.
 */
export async function rehearseNode(
	rehearsal: NodeRehearsal,
	{ observe = () => {}, signal }: RehearseOptions = {},
): Promise<readonly StepResult[]> {
	const results: StepResult[] = [];
	const tell = (result: StepResult) => {
		results.push(result);
		observe(result);
	};
	const failure = await stage(
		rehearsal,
		{ storage: rehearsal.pulls, isReadOnly: true },
		{ start: "start", asked: readingSteps(rehearsal.images, signal) },
		tell,
		signal,
	);
	const isPlaceKnown =
		failure === undefined ||
		(failure.step === "pull" && failure.code !== "not-found");
	if (isPlaceKnown)
		await stage(
			rehearsal,
			{ storage: rehearsal.pushes, isReadOnly: false },
			{ start: "start-writable", asked: writingSteps(rehearsal, signal) },
			tell,
			signal,
		);
	const isDone = (step: StepName) => results.some((one) => one.step === step);
	for (const step of STEPS) if (!isDone(step)) tell(skipped(step));
	return results;
}

/** One start of the registry, and what it is asked. Resolves to what failed. */
async function stage(
	{ host, serving }: NodeRehearsal,
	how: Pick<Serving, "storage" | "isReadOnly">,
	{
		start,
		asked,
	}: { readonly start: StepName; readonly asked: readonly Asking[] },
	tell: (result: StepResult) => void,
	signal: AbortSignal | undefined,
): Promise<{ step: StepName; code: RegistryError["code"] } | undefined> {
	const fail = (step: StepName, error: unknown, log: string) => {
		// What was not foreseen, and an interruption, are no results.
		if (!(error instanceof RegistryError)) throw error;
		const { code, message } = error;
		const said = complaintsIn(log, secretsIn(how.storage.parameters));
		const advice = adviceFor({ step, code, said, storage: how.storage });
		const suggestions =
			said.length > 0 || error.suggestions.length === 0
				? advice
				: error.suggestions;
		tell({ step, outcome: "failed", message, said, suggestions });
		return { step, code };
	};
	const began = performance.now();
	let served: ServedRegistry;
	try {
		served = await serveRegistry(host, { ...serving, ...how }, { signal });
	} catch (error) {
		// Anything else is not the registry's doing.
		if (!(error instanceof ServeError)) throw error;
		return fail(start, error, error.log);
	}
	await using registry = served;
	const tookMs = performance.now() - began;
	tell({ ...passed(start, startMessage(how, tookMs)), tookMs });
	for (const { step, ask } of asked) {
		try {
			tell(passed(step, await ask(registry.client)));
		} catch (error) {
			signal?.throwIfAborted();
			return fail(step, error, await registry.stop());
		}
	}
	return undefined;
}

function startMessage(
	{ isReadOnly }: Pick<Serving, "isReadOnly">,
	tookMs: number,
): string {
	const seconds = (tookMs / 1000).toFixed(1);
	return isReadOnly
		? `It starts on the target, read-only (${seconds} s).`
		: `It starts on a place of its own, writable (${seconds} s).`;
}

function passed(step: StepName, message: string): StepResult {
	return { step, outcome: "passed", message, said: [], suggestions: [] };
}

/** What a step would have told, for one that was not tried. */
const UNTRIED: Readonly<Record<StepName, string>> = {
	start: "start on the target",
	"refuse-writes": "refuse writes",
	pull: "pull images by digest",
	"start-writable": "start on a place of its own, writable",
	push: "push an image in chunks",
	"push-again": "push the same tag once more",
	"pull-pushed": "pull what was pushed",
	delete: "delete it",
};

function skipped(step: StepName): StepResult {
	return {
		step,
		outcome: "skipped",
		message: `Not tried: ${UNTRIED[step]}.`,
		said: [],
		suggestions: [],
	};
}
