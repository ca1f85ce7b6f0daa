import type { CutoverNode, World } from "../cutover/world.ts";
import type { DistributionDescription } from "../registry/description.ts";
import { acceptConfiguration } from "../registry/kept-file/accept-configuration.ts";
import type { RecordKeeper } from "../registry/read-only/record.ts";
import { RegistryError } from "../registry/registry-error.ts";
import { driverSettings } from "../registry/target/driver-settings.ts";
import { findProduct } from "../registry/target/find-product.ts";
import { parseProduct } from "../registry/target/product.ts";
import { resolveTarget } from "../registry/target/resolve-target.ts";
import { wait } from "../store/wait.ts";
import { durationOf } from "./duration.ts";
import { operatorName, switchTimes } from "./readonly-flags.ts";
import type { SwitchWishes } from "./readonly-switch.ts";
import { eventLine } from "./readonly-view.ts";
import type { RegistrySession } from "./registry-session.ts";
import { asUsage, locateStore } from "./stores.ts";
import { type TargetWishes, targetOptions } from "./target-flags.ts";

/** What the flags say of how the registry is configured to the target. */
export interface SettingsWishes extends TargetWishes {
	readonly "registry-version": string | undefined;
	readonly "disable-redirect"?: boolean | undefined;
}

/** Throws a `RegistryError` for kinds of registries of which the way past read-write is not built yet. */
export function requireDistribution({
	described: { description },
}: RegistrySession): readonly DistributionDescription[] {
	if (description.kind === "distribution") return description.nodes;
	throw new RegistryError(
		"refused",
		`A registry of the kind ${description.kind} cannot be cut over by this version: only those whose config.yml is edited can. Nothing was changed`,
		{
			suggestions: [
				"Do it step by step: readonly on, sync --delete, verify, config render (README, A migration, in order).",
			],
		},
	);
}

export function nodesOf(
	session: RegistrySession,
	described: readonly DistributionDescription[],
): readonly CutoverNode[] {
	return described.map((description, index) => {
		const node = session.nodes[index];
		if (node === undefined) throw new Error(`${description.name} is not open`);
		return {
			node,
			client: session.clientOf(node),
			accept: (name) =>
				acceptConfiguration(description, node.host, `before-${name}`),
		};
	});
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

/** What the registry is told of the target. Rejects with a `UsageError` where that cannot be. */
export async function targetSettings(
	named: string,
	{ nodes, described }: RegistrySession,
	wishes: SettingsWishes,
	signal: AbortSignal,
): Promise<World["settings"]> {
	const located = await locateStore(named);
	const target = {
		url: located.url,
		environment: { ...process.env, ...located.environment },
	};
	const redirectDisabled = wishes["disable-redirect"];
	const options = { ...targetOptions(target, wishes), redirectDisabled };
	const [first] = nodes;
	if (first === undefined) throw new RangeError("A registry has nodes");
	const version = wishes["registry-version"];
	try {
		const product =
			version === undefined
				? await findProduct(described.description, first.host, { signal })
				: parseProduct(version);
		const resolved = await resolveTarget(target, { signal });
		const { storage } = driverSettings(resolved, product, options);
		return { storage, redirectDisabled };
	} catch (error) {
		throw asUsage(error);
	}
}
