import { driverSettings } from "../../registry/target/driver-settings.ts";
import type { Product } from "../../registry/target/product.ts";
import { resolveTarget } from "../../registry/target/resolve-target.ts";
import type { TargetSettings } from "../../registry/target/target.ts";
import { asUsage, locateStore } from "../stores.ts";
import { type TargetWishes, targetOptions } from "./target-flags.ts";

/**
 * What the registry is to be told of the target. Rejects with a `RegistryError` where it cannot be told of it, or not of a
 * prefix in it, and so has no scratch place.
 */
export async function targetSettings(
	named: string,
	product: Product,
	wishes: TargetWishes & { readonly "disable-redirect"?: boolean | undefined },
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
		driverSettings(withPath(resolved.url, resolved), product, options);
		return driverSettings(resolved, product, options);
	} catch (error) {
		throw asUsage(error);
	}
}

function withPath<Target extends { readonly url: URL }>(
	url: URL,
	target: Target,
): Target {
	const below = new URL(url);
	below.pathname = `${below.pathname.replace(/\/$/, "")}/rehearsal`;
	return { ...target, url: below };
}
