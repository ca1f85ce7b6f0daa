import { parseDocument } from "yaml";
import { isMap } from "../configuration-yaml.ts";
import { mapOf } from "../tree.ts";
import type { Values } from "./values-tree.ts";

/** An object that a chart renders. Secrets inside (I7). */
export interface RenderedObject {
	/** As people call it: `Deployment gitlab-webservice`. */
	readonly name: string;
	/** The template that renders it: `gitlab/charts/registry/templates/deployment.yaml`. */
	readonly source: string;
	readonly content: Values;
}

/** What a release consists of, by names. */
export type RenderedObjects = ReadonlyMap<string, RenderedObject>;

/** Reads a manifest as Helm prints it: documents of YAML, each with the template that it comes from in a comment. */
export function parseManifest(text: string): RenderedObjects {
	const objects = new Map<string, RenderedObject>();
	for (const part of text.split(/^---\s*$/m)) {
		const content: unknown = parseDocument(part, {
			logLevel: "silent",
			prettyErrors: false,
		}).toJS();
		if (!isMap(content)) continue;
		const { name, namespace } = mapOf(content.metadata);
		const place = namespace === undefined ? "" : ` in ${namespace}`;
		const title = `${content.kind} ${name}${place}`;
		const source = /^# Source: (\S+)/m.exec(part)?.[1] ?? "";
		objects.set(title, { name: title, source, content });
	}
	return objects;
}

/** Whether an object comes from the registry's chart, which is found in others by these names; empty: it is the whole. */
export function isRegistrys(
	{ source }: RenderedObject,
	prefix: readonly string[],
): boolean {
	const [, ...path] = source.split("/");
	const own = prefix.flatMap((name) => ["charts", name]);
	return own.every((name, index) => path[index] === name);
}
