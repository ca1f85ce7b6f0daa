import { formatKey } from "../../layout/paths.ts";
import type { ObjectStore } from "../../store/object-store.ts";
import { canaryImage } from "../probe/canary-image.ts";
import { deleteImage } from "../probe/delete-image.ts";
import { ProbeError } from "../probe/probe-error.ts";
import { pullImage } from "../probe/pull.ts";
import { pushImage } from "../probe/push.ts";
import type { RegistryClient } from "../probe/registry-client.ts";
import type { DriverSettings } from "../settings.ts";
import { type Asking, counted, sized } from "./asking.ts";

/** The repository and the tag that are pushed to, in a place of their own. */
const REPOSITORY = "regmigrate/rehearsal";
const TAG = "canary";

/** Where a registry is to push to. */
export interface PushPlace {
	readonly pushes: DriverSettings;
	/** The same as we reach it. */
	readonly pushed: ObjectStore;
}

/** What a writable registry is asked. */
export function writingSteps(
	{ pushed, pushes }: PushPlace,
	signal: AbortSignal | undefined,
): readonly Asking[] {
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
