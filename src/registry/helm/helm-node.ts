import type { HelmDescription } from "../description.ts";
import type { Host } from "../host/host.ts";
import type { RegistryNode } from "../node.ts";
import { readPods, readWorkload } from "./registry-workload.ts";
import type { ReleaseAccess } from "./release-access.ts";
import { settingsOf } from "./release-settings.ts";
import { changeRelease, undoRelease } from "./upgrade-change.ts";

export interface HelmOptions {
	/** Whether an upgrade may bring into force what else is pending, or random; default false: it is refused. */
	readonly acceptPending?: boolean | undefined;
	/** How long the pods' replacement is waited for (ms); default 15 minutes. */
	readonly rolloutTimeoutMs?: number | undefined;
}

/** A release of GitLab's chart, or of its registry chart, with all the registry's pods: changed by upgrades of Helm. */
export function helmNode(
	description: HelmDescription,
	host: Host,
	{ acceptPending = false, rolloutTimeoutMs = 15 * 60_000 }: HelmOptions = {},
): RegistryNode {
	const { name, url, valuesPrefix = "registry" } = description;
	const access: ReleaseAccess = {
		host,
		helm: description.helm ?? "helm",
		kubectl: description.kubectl ?? "kubectl",
		release: description.release,
		namespace: description.namespace,
		chart: description.chart,
		prefix: valuesPrefix.split(".").filter((part) => part !== ""),
	};
	const options = { acceptPending, rolloutTimeoutMs };
	return {
		name,
		host,
		url,
		settings: async (call) => settingsOf(await readWorkload(access, call)),
		change: (asked, call) => changeRelease(access, asked, options, call),
		undo: (call) => undoRelease(access, options, call),
		async instances(call) {
			const { selector } = await readWorkload(access, call);
			return await readPods(access, selector, call);
		},
		async remaining(instances, call) {
			const { selector } = await readWorkload(access, call);
			const pods = await readPods(access, selector, call);
			const ids = new Set(pods.map(({ id }) => id));
			return instances.filter(({ id }) => ids.has(id));
		},
	};
}
