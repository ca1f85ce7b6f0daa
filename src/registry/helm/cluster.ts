import { isMap } from "../configuration-yaml.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { listOf, mapOf } from "../tree.ts";
import { type ReleaseAccess, runKubectl } from "./release-access.ts";
import type { Values } from "./values-tree.ts";

type Kind = "secret" | "configmap" | "deployment" | "pods";

/** An object of the release's namespace; `undefined`: it is not there. */
export async function readObject(
	access: ReleaseAccess,
	kind: Kind,
	name: string,
	call?: Call,
): Promise<Values | undefined> {
	const words = ["get", kind, name, "--output", "json", "--ignore-not-found"];
	const text = await runKubectl(access, words, call);
	return text.trim() === "" ? undefined : parse(text, kind);
}

/** The objects of the release's namespace that have these labels. */
export async function readObjects(
	access: ReleaseAccess,
	kind: Kind,
	selector: string,
	call?: Call,
): Promise<readonly Values[]> {
	const words = ["get", kind, "--selector", selector, "--output", "json"];
	const list = parse(await runKubectl(access, words, call), kind);
	return listOf(list.items).map(mapOf);
}

/** What a Secret holds under a key; `undefined`: nothing. */
export function secretText(
	secret: Values | undefined,
	key: string,
): string | undefined {
	const text = mapOf(secret?.data)[key];
	return typeof text === "string"
		? Buffer.from(text, "base64").toString()
		: undefined;
}

/** A Secret of ours. */
export interface OwnSecret {
	readonly name: string;
	readonly release: string;
	/** Texts by keys. */
	readonly content: Readonly<Record<string, string>>;
}

/** The manifest of a Secret of ours. */
export function ownSecret({ name, release, content }: OwnSecret): Values {
	return {
		apiVersion: "v1",
		kind: "Secret",
		metadata: {
			name,
			labels: { [OWNER]: "regmigrate", "regmigrate/release": release },
		},
		stringData: content,
	};
}

const OWNER = "app.kubernetes.io/managed-by";

/**
 * Makes a Secret of ours, or gives it another content; nothing is done where it is there as it is to be. Rejects with a
 * `RegistryError`: `refused` when there is one of that name that is not ours, `changed` when somebody else is at it.
 */
export async function putSecret(
	access: ReleaseAccess,
	secret: Omit<OwnSecret, "release">,
	call?: Call,
): Promise<void> {
	const { name, content } = secret;
	const { release } = access;
	const object = ownSecret({ ...secret, release });
	const before = await readObject(access, "secret", name, call);
	if (before === undefined) return await write("create", object);
	if (!isOurs(before))
		throw new RegistryError(
			"refused",
			`Cannot write the Secret ${name} in the namespace ${access.namespace}: there is one that is not regmigrate's`,
		);
	const keys = new Set([
		...Object.keys(mapOf(before.data)),
		...Object.keys(content),
	]);
	if ([...keys].every((key) => secretText(before, key) === content[key]))
		return;
	const { resourceVersion } = mapOf(before.metadata);
	await write("replace", {
		...object,
		metadata: { ...mapOf(object.metadata), resourceVersion },
	});

	async function write(verb: "create" | "replace", manifest: Values) {
		const words = [verb, "--filename", "-", "--output", "json"];
		await runKubectl(access, words, {
			...call,
			input: JSON.stringify(manifest),
			secrets: Object.values(content),
		});
	}
}

/** Whether a Secret is one of those that we make. */
function isOurs({ metadata }: Values): boolean {
	return mapOf(mapOf(metadata).labels)[OWNER] === "regmigrate";
}

/** Removes a Secret of ours, if it is there; one of that name that is not ours stays. */
export async function removeSecret(
	access: ReleaseAccess,
	name: string,
	call?: Call,
): Promise<void> {
	const secret = await readObject(access, "secret", name, call);
	if (secret === undefined || !isOurs(secret)) return;
	await runKubectl(
		access,
		["delete", "secret", name, "--ignore-not-found"],
		call,
	);
}

function parse(text: string, kind: Kind): Values {
	try {
		const value: unknown = JSON.parse(text);
		if (isMap(value)) return value;
	} catch {
		// The error would quote the text, and with it a secret (I7).
	}
	throw new RegistryError("failed", `kubectl get ${kind} printed no JSON`);
}
