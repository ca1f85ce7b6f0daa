import { formatKey } from "../../layout/paths.ts";
import type { ObjectStore } from "../../store/object-store.ts";
import type { Host } from "../host/host.ts";
import type { Call } from "../node.ts";
import { canaryImage } from "../probe/canary-image.ts";
import { deleteImage } from "../probe/delete-image.ts";
import { ProbeError } from "../probe/probe-error.ts";
import { probeWrites } from "../probe/probe-writes.ts";
import { pullImage } from "../probe/pull.ts";
import { pushImage } from "../probe/push.ts";
import type { RegistryClient } from "../probe/registry-client.ts";
import { RegistryError } from "../registry-error.ts";
import type { DriverSettings } from "../settings.ts";
import { secretsIn } from "../target/secret-parameters.ts";
import { adviceFor } from "./advice.ts";
import { complaintsIn } from "./registry-log.ts";
import {
	type ServedRegistry,
	ServeError,
	type Serving,
	serveRegistry,
} from "./serve.ts";
import { STEPS, type StepName, type StepResult } from "./step.ts";

/** An image that was copied for a rehearsal. */
export interface CopiedImage {
	readonly repository: string;
	/** `algorithm:hex`. */
	readonly digest: string;
}

/** What a node is rehearsed with. Secrets inside (I7). */
export interface NodeRehearsal {
	readonly host: Host;
	/** Everything but the storage and whether it is read-only. */
	readonly serving: Omit<Serving, "storage" | "isReadOnly">;
	/** Where the images are, and where this node alone pushes to. */
	readonly pulls: DriverSettings;
	readonly pushes: DriverSettings;
	/** The latter as we reach it. */
	readonly pushed: ObjectStore;
	readonly images: readonly CopiedImage[];
}

export interface RehearseOptions extends Call {
	/** Called with each result as it is there; must not throw. */
	readonly observe?: ((result: StepResult) => void) | undefined;
}

/** The repository and the tag that are pushed to, in a place of their own. */
const REPOSITORY = "regmigrate/rehearsal";
const TAG = "canary";

const MIB = 1024 * 1024;

/** A step that asks a running registry something, and resolves to what was found: a sentence. */
interface Asking {
	readonly step: StepName;
	readonly ask: (client: RegistryClient) => Promise<string>;
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
		{ start: "start", asked: reading(rehearsal, signal) },
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
			{ start: "start-writable", asked: writing(rehearsal, signal) },
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
	{ start, asked }: { readonly start: StepName; readonly asked: Asking[] },
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
		return fail(start, error, error instanceof ServeError ? error.log : "");
	}
	await using registry = served;
	tell(passed(start, startMessage(how, performance.now() - began)));
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

/** What a read-only registry is asked. */
function reading(
	{ images }: NodeRehearsal,
	signal: AbortSignal | undefined,
): Asking[] {
	return [
		{
			step: "refuse-writes",
			async ask(client) {
				const { state, because } = await probeWrites(client, { signal });
				if (state === "read-only") return "It refuses writes.";
				throw new ProbeError(
					"unproven",
					`have ${client.name} refuse writes`,
					because,
				);
			},
		},
		{
			step: "pull",
			async ask(client) {
				const hosts = new Set<string>();
				let blobs = 0;
				let bytes = 0;
				for (const { repository, digest } of images) {
					const image = await pullImage(client, repository, digest, { signal });
					blobs += image.blobs;
					bytes += image.bytes;
					for (const host of image.hosts) hosts.add(host);
				}
				const from =
					hosts.size === 0
						? ""
						: `, for blobs sent to ${[...hosts].join(", ")}`;
				return `Pulled by digest: ${counted(images.length, "image")} (${counted(blobs, "blob")}, ${sized(bytes)}${from}).`;
			},
		},
	];
}

/** What a writable registry is asked. */
function writing(
	{ pushed, pushes }: NodeRehearsal,
	signal: AbortSignal | undefined,
): Asking[] {
	const image = canaryImage({ name: pushed.identity });
	const push = (client: RegistryClient) =>
		pushImage(client, REPOSITORY, TAG, image, { signal });
	const pull = (client: RegistryClient, reference: string) =>
		pullImage(client, REPOSITORY, reference, { signal });
	const chunks = `${counted([...image.chunks()].length, "chunk")}, ${sized(image.layerBytes)}`;
	return [
		{
			step: "push",
			async ask(client) {
				await push(client);
				const key = formatKey({
					kind: "current",
					repository: REPOSITORY,
					tag: TAG,
				});
				if ((await pushed.head(key, { signal })) === undefined)
					throw new ProbeError(
						"unproven",
						`find in ${pushed.url} what was pushed to ${client.name}`,
						"the registry writes somewhere else",
						{
							suggestions: [
								`Remove what it wrote there: it was configured with ${String(pushes.parameters.rootdirectory)}.`,
							],
						},
					);
				return `Pushed an image in chunks (${chunks}).`;
			},
		},
		{
			step: "push-again",
			async ask(client) {
				await push(client);
				return "Pushed the same tag once more.";
			},
		},
		{
			step: "pull-pushed",
			async ask(client) {
				const { digest } = await pull(client, TAG);
				if (digest === image.digest) return "Pulled what was pushed.";
				throw new ProbeError(
					"unproven",
					`pull ${REPOSITORY}:${TAG} from ${client.name}`,
					`it has the digest ${digest}, and ${image.digest} was pushed`,
				);
			},
		},
		{
			step: "delete",
			async ask(client) {
				await deleteImage(client, REPOSITORY, image.digest, { signal });
				const left = await pull(client, image.digest).then(
					() => true,
					(error: unknown) => {
						if (error instanceof ProbeError && error.code === "not-found")
							return false;
						throw error;
					},
				);
				if (!left) return "Deleted it.";
				throw new ProbeError(
					"unproven",
					`delete ${REPOSITORY}@${image.digest} at ${client.name}`,
					"the registry says that it did, and still serves it",
					{
						suggestions: [
							"Allow the registry's credentials to delete (s3:DeleteObject): some drivers do not tell that they could not.",
						],
					},
				);
			},
		},
	];
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

function counted(count: number, word: string): string {
	return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function sized(bytes: number): string {
	return bytes < MIB
		? `${Math.ceil(bytes / 1024)} KiB`
		: `${(bytes / MIB).toFixed(1)} MiB`;
}
