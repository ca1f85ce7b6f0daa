import type { HelmDescription } from "../description.ts";
import type { Host } from "../host/host.ts";
import { meanwhileOf } from "../meanwhile.ts";
import type { RegistryNode } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { acceptRelease, restoreRelease } from "./accepted-release.ts";
import { changeRelease } from "./change-release.ts";
import { emitChange } from "./emitted-change.ts";
import { emitUndo } from "./emitted-undo.ts";
import { readPods, readWorkload } from "./registry-workload.ts";
import type { ReleaseAccess } from "./release-access.ts";
import { settingsOf } from "./release-settings.ts";
import { undoRelease } from "./undo-release.ts";

export interface HelmOptions {
	/** Whether an upgrade may bring into force what else is pending, or random; default false: it is refused. */
	readonly acceptPending?: boolean | undefined;
	/** How long the pods' replacement is waited for (ms); default 15 minutes. */
	readonly rolloutTimeoutMs?: number | undefined;
	/**
	 * How long it is waited for that others bring into force what was written for Git (ms); default 25 minutes: less than
	 * commands of a node may take, so that it is told what is missing.
	 */
	readonly emitTimeoutMs?: number | undefined;
	/** How often the cluster is looked at meanwhile (ms); default 5,000. */
	readonly pollMs?: number | undefined;
}

/** A release of GitLab's chart, or of its registry chart, with all the registry's pods: changed by upgrades of Helm, or by way of Git. */
export function helmNode(
	description: HelmDescription,
	host: Host,
	options: HelmOptions = {},
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
	const { emitTo } = description;
	const upgrades = {
		acceptPending: options.acceptPending ?? false,
		rolloutTimeoutMs: options.rolloutTimeoutMs ?? 15 * 60_000,
	};
	const emission = emitTo && {
		folder: emitTo,
		timeoutMs: options.emitTimeoutMs ?? 25 * 60_000,
		pollMs: options.pollMs ?? 5000,
	};
	return {
		name,
		host,
		url,
		settings: async (call) => settingsOf(await readWorkload(access, call)),
		change: (asked, call) =>
			emission
				? emitChange(access, asked, emission, call)
				: changeRelease(access, asked, upgrades, call),
		undo: (call) =>
			emission
				? emitUndo(access, emission, call)
				: undoRelease(access, upgrades, call),
		accept: async (id, call) => {
			if (emission) throw byGit(name);
			await acceptRelease(access, id, call);
		},
		restore: async (id, options, call) => {
			if (emission) throw byGit(name);
			return await restoreRelease(
				access,
				{ name: id, meanwhile: meanwhileOf(options) },
				upgrades,
				call,
			);
		},
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

/** What is written for Git is others' to bring into force, and to take back. */
function byGit(name: string): RegistryError {
	return new RegistryError(
		"refused",
		`${name} is changed by way of Git (emitTo), and cannot be cut over by this version`,
		{ suggestions: ["Leave emitTo out, and have Git follow afterwards."] },
	);
}
