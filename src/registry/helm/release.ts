import { isMap } from "../configuration-yaml.ts";
import { shellWords } from "../host/shell-words.ts";
import { secretsIn } from "../masking/secrets-in-tree.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { listOf, mapOf } from "../tree.ts";
import { parseManifest, type RenderedObjects } from "./manifest.ts";
import { type ReleaseAccess, runHelm } from "./release-access.ts";
import type { Values } from "./values-tree.ts";

/** How long an upgrade may take with the chart's hooks, which are waited for (ms). */
const UPGRADE_TIMEOUT_MS = 20 * 60_000;

/** How long the rendering of the whole of GitLab's chart may take, and its fetching (ms). */
const RENDER_TIMEOUT_MS = 3 * 60_000;

/** What upgrades of ours are described by in the history of a release. */
const DESCRIPTION = "regmigrate";

/** A release as Helm has it. */
export interface ReleaseState {
	/** The chart's own name and version. */
	readonly chart: string;
	readonly version: string;
	readonly revision: number;
	/** `deployed`, `failed`, `pending-upgrade` and others. */
	readonly status: string;
}

/** An entry of a release's history. */
export interface Revision {
	readonly revision: number;
	/** Whether an upgrade of ours made it, and succeeded. */
	readonly isOurs: boolean;
}

/** Rejects with a `RegistryError`: `not-found` when there is no such release, or it cannot be asked for. */
export async function readRelease(
	access: ReleaseAccess,
	call?: Call,
): Promise<ReleaseState> {
	const { release } = access;
	const words = ["get", "metadata", release, "--output", "json"];
	const found = mapOf(parse(await runHelm(access, words, call), words));
	return {
		chart: String(found.chart),
		version: String(found.version),
		revision: Number(found.revision),
		status: String(found.status),
	};
}

/** The values that the user gave, without the chart's own. */
export async function readValues(
	access: ReleaseAccess,
	call?: Call,
): Promise<Values> {
	const words = ["get", "values", access.release, "--output", "json"];
	return mapOf(parse(await runHelm(access, words, call), words));
}

/** What Helm still keeps of a release's history, the oldest first. */
export async function readHistory(
	access: ReleaseAccess,
	call?: Call,
): Promise<readonly Revision[]> {
	const words = ["history", access.release, "--max", "256", "--output", "json"];
	return listOf(parse(await runHelm(access, words, call), words)).map(
		(entry) => ({
			revision: Number(mapOf(entry).revision),
			isOurs: mapOf(entry).description === DESCRIPTION,
		}),
	);
}

/** What the release consists of, as it was rendered last. */
export async function readManifest(
	access: ReleaseAccess,
	call?: Call,
): Promise<RenderedObjects> {
	return parseManifest(
		await runHelm(access, ["get", "manifest", access.release], call),
	);
}

/** What a chart calls itself; in a folder or an archive, a version that is asked for counts for nothing. */
export async function readChart(
	access: ReleaseAccess,
	version: string,
	call?: Call,
): Promise<string> {
	const words = ["show", "chart", access.chart, "--version", version];
	const options = { ...call, timeoutMs: RENDER_TIMEOUT_MS };
	const text = await runHelm(access, words, options);
	return /^version: *"?([^"\s]+)/m.exec(text)?.[1] ?? "";
}

/** What an upgrade with these values would make of the release, rendered with the cluster at hand. Changes nothing. */
export async function renderUpgrade(
	access: ReleaseAccess,
	version: string,
	values: Values,
	call?: Call,
): Promise<RenderedObjects> {
	const printed = await runHelm(
		access,
		[...upgradeWords(access, version), "--dry-run=server"],
		{
			...call,
			input: JSON.stringify(values),
			timeoutMs: RENDER_TIMEOUT_MS,
			secrets: secretsIn(values),
		},
	);
	// Before it is what was said to the user, after it what the chart says.
	const [, manifest = ""] = printed.split(/^MANIFEST:$/m);
	const [objects = ""] = manifest.split(/^NOTES:$/m);
	return parseManifest(objects);
}

/** Upgrades the release to these values, with the chart that is installed. The rollout is not waited for. */
export async function upgrade(
	access: ReleaseAccess,
	version: string,
	values: Values,
	call?: Call,
): Promise<void> {
	await runHelm(
		access,
		[...upgradeWords(access, version), "--description", DESCRIPTION],
		{
			...call,
			input: JSON.stringify(values),
			timeoutMs: UPGRADE_TIMEOUT_MS,
			secrets: secretsIn(values),
		},
	);
}

/** Brings the release back to a revision, with the chart and the values of then. The rollout is not waited for. */
export async function rollBack(
	access: ReleaseAccess,
	revision: number,
	call?: Call,
): Promise<void> {
	await runHelm(access, ["rollback", access.release, String(revision)], {
		...call,
		timeoutMs: UPGRADE_TIMEOUT_MS,
	});
}

/**
 * All of the values are given, by standard input, and none is reused: `--reuse-values` puts the old values in the place of
 * the chart's own, lets a null in the new ones bring back the chart's default instead of taking a value away, and
 * `--reset-then-reuse-values` is not known before Helm 3.14. So what Helm keeps is just what we gave. Source: helm,
 * pkg/action/upgrade.go (reuseValues) and pkg/chartutil/coalesce.go.
 *
 * Neither `--wait` nor `--atomic`: they wait for all of GitLab, and what has nothing to do with the registry would take
 * the change back.
 */
function upgradeWords(
	{ release, chart }: ReleaseAccess,
	version: string,
): readonly string[] {
	return [
		...["upgrade", release, chart, "--version", version],
		...["--reset-values", "--values", "-"],
	];
}

/** The command of an upgrade, as a person would type it. */
export function upgradeCommand(
	access: ReleaseAccess,
	version: string,
	valuesFile: string,
): string {
	const words = upgradeWords(access, version).map((word) =>
		word === "-" ? valuesFile : word,
	);
	return `${access.helm} ${shellWords([...words, "--namespace", access.namespace])}`;
}

/** The command that brings a release back, as a person would type it. */
export function rollbackCommand(
	{ helm, release, namespace }: ReleaseAccess,
	revision: number,
): string {
	return `${helm} ${shellWords(["rollback", release, String(revision), "--namespace", namespace])}`;
}

function parse(text: string, words: readonly string[]): unknown {
	try {
		const value: unknown = JSON.parse(text);
		if (value === null || isMap(value) || Array.isArray(value)) return value;
	} catch {
		// The error would quote the text, and with it a secret (I7).
	}
	throw new RegistryError(
		"failed",
		`helm ${words.slice(0, 2).join(" ")} printed no JSON`,
		{ suggestions: ["Helm 3.13 or newer is needed."] },
	);
}
