import { join } from "node:path";
import { parse, stringify } from "yaml";
import { isMap } from "../configuration-yaml.ts";
import { typedTree } from "../distribution/typed-tree.ts";
import { readHostFiles } from "../kept-file/read-host-file.ts";
import { isSecretName } from "../masking/secret-names.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import type { Settings } from "../settings.ts";
import { parseStorage } from "../storage-section.ts";
import { mapOf } from "../tree.ts";
import { ownSecret } from "./cluster.ts";
import {
	type Configured,
	fileName,
	type PlannedSecret,
} from "./planned-values.ts";
import type { ReleaseAccess } from "./release-access.ts";
import type { Values } from "./values-tree.ts";

/** What is written for Git: names in a folder. No secret is in any of them (I7). */
export const EMITTED = {
	values: "regmigrate-values.yaml",
	secret: "regmigrate-storage-secret.yaml",
	original: "regmigrate-original.json",
} as const;

/** What the registry was configured to before it was changed by what was emitted: only what that changes. */
export interface EmittedOriginal {
	readonly readOnly: boolean | undefined;
	readonly redirectDisabled: boolean | undefined;
	readonly onlineGarbageCollection: boolean | undefined;
	/** The name of the storage Secret; `null`: there was none. */
	readonly storageSecret: string | null | undefined;
	/** The values that were emitted last: what else is in their file, others have added. */
	readonly written: Values;
}

/** What was emitted before; `undefined`: nothing. */
export interface Emitted {
	readonly valuesText: string | undefined;
	readonly values: Values;
	readonly secretText: string | undefined;
	readonly original: EmittedOriginal | undefined;
}

/** Reads what was emitted into a folder. Rejects with a `RegistryError` (`refused`) for what we did not write. */
export async function readEmitted(
	{ host }: ReleaseAccess,
	folder: string,
	call?: Call,
): Promise<Emitted> {
	const names = [EMITTED.values, EMITTED.secret, EMITTED.original];
	const paths = names.map((name) => join(folder, name));
	const [values, secret, original] = await readHostFiles(host, paths, call);
	const read = (text: string, path = ""): unknown => {
		try {
			const value: unknown = parse(text, { logLevel: "silent" });
			return value;
		} catch {
			throw new RegistryError(
				"refused",
				`Cannot read ${path} on ${host.name}: it is not what regmigrate wrote`,
			);
		}
	};
	const found = mapOf(read(original?.text ?? "", original?.path));
	return {
		valuesText: values?.text,
		values: mapOf(read(values?.text ?? "", values?.path)),
		secretText: secret?.text,
		original:
			original === undefined
				? undefined
				: {
						readOnly: flagOf(found.readOnly),
						redirectDisabled: flagOf(found.redirectDisabled),
						onlineGarbageCollection: flagOf(found.onlineGarbageCollection),
						storageSecret:
							typeof found.storageSecret === "string" ||
							found.storageSecret === null
								? found.storageSecret
								: undefined,
						written: mapOf(found.written),
					},
	};
}

function flagOf(value: unknown): boolean | undefined {
	return typeof value === "boolean" ? value : undefined;
}

/** Writes a file into the folder as a whole, or removes it. Rejects with a `RegistryError` (`permission-denied`). */
export async function writeEmitted(
	{ host }: ReleaseAccess,
	folder: string,
	name: string,
	text: string | undefined,
	{ signal }: Call = {},
): Promise<void> {
	const script =
		text === undefined
			? 'rm -f "$1/$2"'
			: 'mkdir -p "$1" && cat >"$1/.$2.new" && mv -f "$1/.$2.new" "$1/$2"';
	const { code } = await host.run(["sh", "-c", script, "sh", folder, name], {
		signal,
		input: text,
	});
	if (code !== 0)
		throw new RegistryError(
			"permission-denied",
			`Cannot write ${join(folder, name)} on ${host.name}`,
		);
}

/** The text of the values, to be taken by the release after all others. */
export function valuesText(values: Values, { release }: ReleaseAccess): string {
	return `# Values by which regmigrate changes the registry of ${release}: the last of its values files.\n${stringify(values)}`;
}

/**
 * What there is to come back to when this, too, is changed, from what is effective now. What others change is theirs to
 * keep or to take back.
 */
export function originalOf(
	earlier: EmittedOriginal | undefined,
	{ effective: now, storage }: Pick<Configured, "effective" | "storage">,
	asked: Settings,
	written: Values,
): EmittedOriginal {
	const asIs = <T>(wish: unknown, value: T) =>
		wish === undefined ? undefined : value;
	const { readOnly, redirectDisabled, onlineGarbageCollection } = asked;
	// Redirects may be said of in the Secret.
	const storageWish = asked.storage ?? redirectDisabled;
	return {
		readOnly: earlier?.readOnly ?? asIs(readOnly, now.readOnly),
		redirectDisabled:
			earlier?.redirectDisabled ?? asIs(redirectDisabled, now.redirectDisabled),
		onlineGarbageCollection:
			earlier?.onlineGarbageCollection ??
			asIs(onlineGarbageCollection, now.onlineGarbageCollection),
		storageSecret:
			earlier?.storageSecret !== undefined
				? earlier.storageSecret
				: asIs(storageWish, storage?.name ?? null),
		written,
	};
}

/** The manifest of a storage Secret, with `<NAME>` in place of each secret: the operator fills them in, or seals it. */
export function secretManifest(
	{ release }: ReleaseAccess,
	{ name, key, before, text, content }: PlannedSecret,
): string {
	// Comments are left out: they may hold secrets of before.
	const { driver } = parseStorage(text, fileName(before));
	const storage = stringify(placeholders(typedTree(text), ""), {
		version: "1.1",
	});
	const others = Object.keys(content).filter((other) => other !== key);
	const manifest = ownSecret({
		name,
		release,
		content: {
			[key]: storage,
			...Object.fromEntries(
				others.map((other) => [other, `<content of ${other}>`]),
			),
		},
	});
	return `# The registry's ${driver} storage. Each <...> stands for a secret: fill it in where it is no secret anymore
# (sealed, encrypted, or by hand in the cluster), and not in Git.
${stringify(manifest)}`;
}

function placeholders(value: unknown, name: string): unknown {
	if (isMap(value))
		return Object.fromEntries(
			Object.entries(value).map(([inner, item]) => [
				inner,
				placeholders(item, inner),
			]),
		);
	return isSecretName(name) ? `<${name}>` : value;
}
