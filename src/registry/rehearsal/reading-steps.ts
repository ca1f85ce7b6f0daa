import { ProbeError } from "../probe/probe-error.ts";
import { probeWrites } from "../probe/probe-writes.ts";
import { pullImage } from "../probe/pull.ts";
import { type Asking, counted, sized } from "./asking.ts";

/** An image that was copied for a rehearsal. */
export interface CopiedImage {
	readonly repository: string;
	/** `algorithm:hex`. */
	readonly digest: string;
}

/** What a read-only registry is asked. */
export function readingSteps(
	images: readonly CopiedImage[],
	signal: AbortSignal | undefined,
): readonly Asking[] {
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
