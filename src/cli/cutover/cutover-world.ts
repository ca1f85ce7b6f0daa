import {
	type ToldNodeOptions,
	toldNode,
} from "../../cutover/told/told-node.ts";
import type {
	CutoverNode,
	TargetSettings,
	World,
} from "../../cutover/world.ts";
import { GITLAB_RB } from "../../registry/description.ts";
import type { MarkedPlace } from "../../registry/kept-file/cutover-mark.ts";
import { secretsIn } from "../../registry/masking/secrets-in-tree.ts";
import type { RecordKeeper } from "../../registry/read-only/record.ts";
import { RegistryError } from "../../registry/registry-error.ts";
import { configuredProduct } from "../../registry/target/configured-product.ts";
import { driverSettings } from "../../registry/target/driver-settings.ts";
import { parseProduct, productName } from "../../registry/target/product.ts";
import { resolveTarget } from "../../registry/target/resolve-target.ts";
import { wait } from "../../store/wait.ts";
import { durationOf } from "../duration.ts";
import { operatorName, switchTimes } from "../registry/readonly-flags.ts";
import type { SwitchWishes } from "../registry/readonly-switch.ts";
import { eventLine } from "../registry/readonly-view.ts";
import type { RegistrySession } from "../registry/registry-session.ts";
import { type TargetWishes, targetOptions } from "../registry/target-flags.ts";
import { asUsage, locateStore } from "../stores.ts";

/** What the flags say of how the registry is configured to the target. */
export interface SettingsWishes extends TargetWishes {
	readonly "registry-version": string | undefined;
	readonly "disable-redirect"?: boolean | undefined;
}

/** Throws a `RegistryError` (`refused`) for registries that cannot be cut over by this version. */
export function requireCutoverKind({
	described: { description },
}: RegistrySession): void {
	const byGit =
		description.kind === "helm" &&
		description.nodes.find(({ emitTo }) => emitTo !== undefined);
	if (!byGit) return;
	throw new RegistryError(
		"refused",
		`${byGit.name} is changed by way of Git (emitTo), and cannot be cut over by this version. Nothing was changed`,
		{
			suggestions: [
				"Leave emitTo out, and have Git follow afterwards; or do it step by step: readonly on, sync --delete, verify, config render (docs/step-by-step.md).",
			],
		},
	);
}

/** The nodes, with who asks each; what is changed in their configurations is told. */
export function nodesOf(
	session: RegistrySession,
	{ storage }: TargetSettings,
	tell: ToldNodeOptions["tell"],
): readonly CutoverNode[] {
	const secrets = secretsIn(storage?.parameters ?? {});
	return session.nodes.map((node) => ({
		node: toldNode(node, { secrets, tell }),
		client: session.clientOf(node),
	}));
}

/**
 * Where nodes are marked as being in a cutover: beside the file that is edited; those of hooks where their hosts' users keep
 * state. A chart has no place that all who use it share.
 */
export function placesOf({
	nodes,
	described: { description },
}: RegistrySession): readonly MarkedPlace[] {
	switch (description.kind) {
		case "distribution":
		case "linux-package":
			return description.nodes.flatMap(
				({ configuration = GITLAB_RB }, index): readonly MarkedPlace[] => {
					const node = nodes[index];
					return node === undefined
						? []
						: [{ name: node.name, host: node.host, at: configuration }];
				},
			);
		case "hooks":
			return nodes.map(({ name, host, url }) => ({ name, host, at: url }));
		case "helm":
			return [];
		default:
			return description satisfies never;
	}
}

/** How nodes are made read-only and brought back. */
export function turnOf(
	session: RegistrySession,
	keeper: RecordKeeper,
	wishes: SwitchWishes,
	say: (line: string) => void,
): World["turn"] {
	return {
		...switchTimes(wishes),
		keeper,
		isForced: false,
		drainMs: durationOf("drain-timeout", wishes["drain-timeout"] ?? "60s"),
		probe: session.probe,
		operator: operatorName(process.env),
		observe(event) {
			const line = eventLine(event);
			if (line !== undefined) say(`   ${line}`);
		},
		clock: { now: () => performance.now(), wait },
	};
}

/** Which registry the nodes are, and of which version, for `--registry-version`. Rejects with a `UsageError`. */
export async function registryVersion(
	{ nodes, described: { description } }: RegistrySession,
	{ "registry-version": version }: SettingsWishes,
	signal: AbortSignal,
): Promise<string> {
	const registry = { description, nodes, version };
	try {
		return productName(await configuredProduct(registry, { signal }));
	} catch (error) {
		throw asUsage(error);
	}
}

/** What a registry of this version is told of the target. Rejects with a `UsageError` where that cannot be. */
export async function targetSettings(
	named: string,
	version: string,
	wishes: SettingsWishes,
	signal: AbortSignal,
): Promise<TargetSettings> {
	const located = await locateStore(named);
	const target = {
		url: located.url,
		environment: { ...process.env, ...located.environment },
	};
	const redirectDisabled = wishes["disable-redirect"];
	const options = { ...targetOptions(target, wishes), redirectDisabled };
	try {
		const resolved = await resolveTarget(target, { signal });
		const product = parseProduct(version);
		const { storage } = driverSettings(resolved, product, options);
		return { storage, redirectDisabled };
	} catch (error) {
		throw asUsage(error);
	}
}
