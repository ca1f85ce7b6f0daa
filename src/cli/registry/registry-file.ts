import * as v from "valibot";
import { isNode, LineCounter, parseDocument } from "yaml";
import { SCALARS_AS_WRITTEN } from "../../registry/configuration-yaml.ts";
import type { RegistryDescription } from "../../registry/description.ts";
import { UsageError } from "../usage-error.ts";
import {
	type AnySchema,
	type Path,
	type Problem,
	problemOf,
	refusal,
} from "./registry-file-problems.ts";
import { ACCESS, CUTOVER_HOOKS, KIND, NODES } from "./registry-file-schema.ts";

/** A registry as its operator describes it. */
export interface DescribedRegistry {
	/** What described it, for messages: a file's path. */
	readonly from: string;
	readonly description: RegistryDescription;
	readonly access: RegistryAccess;
	readonly cutover: CutoverHooks;
}

/** What is run on this machine in a cutover: lines, or lists of words. */
export type CutoverHooks = v.InferOutput<typeof CUTOVER_HOOKS>;

/** Who asks the registry, and for which repository, where it does not let everybody in. */
export type RegistryAccess = v.InferOutput<typeof ACCESS>;

/**
 * Reads the text of a `regmigrate.yml`; `file` is its name. What stands beside `nodes` is said of each of them, unless it
 * says otherwise itself; without `nodes` there is one node, and all is said of it. Throws a `UsageError` with the line of
 * everything that is wrong; no value is shown (I7).
 */
export function parseRegistryFile(
	text: string,
	file: string,
): DescribedRegistry {
	const { tree, lineOf } = readYaml(text, file);
	const problems: Problem[] = [];
	const fail = (): never => {
		throw refusal(file, problems, lineOf);
	};
	const check = <Schema extends AnySchema>(
		schema: Schema,
		value: unknown,
		placed: (path: Path) => Path,
	): v.InferOutput<Schema> | undefined => {
		const result = v.safeParse(schema, value);
		if (result.success) return result.output;
		for (const issue of result.issues)
			problems.push(problemOf(issue, schema, placed));
		return undefined;
	};

	const top = check(TOP, tree, (path) => path) ?? fail();
	const { access: accessTree = {}, cutover: cutoverTree = {}, ...others } = top;
	const { kind: kindText, nodes, ...shared } = others;
	const kind = check(KIND, kindText, () => ["kind"]);
	const access = check(ACCESS, accessTree, (path) => ["access", ...path]);
	const cutover = check(CUTOVER_HOOKS, cutoverTree, (path) => [
		...["cutover", ...path],
	]);
	if (kind === undefined || access === undefined || cutover === undefined)
		return fail();
	const nodesOf = <Schema extends AnySchema>(schema: Schema) =>
		(nodes ?? [{}]).flatMap((own, index) => {
			const node = check(schema, { ...shared, ...own }, (path) => {
				const [name] = path;
				// What a node does not say itself is said for all of them, or nowhere.
				return nodes === undefined ||
					(name !== undefined && !(name in own) && name in shared)
					? path
					: ["nodes", index, ...path];
			});
			return node === undefined ? [] : [node];
		});
	const description = ((): RegistryDescription => {
		switch (kind) {
			case "distribution":
				return { kind, nodes: nodesOf(NODES[kind]).map(named) };
			case "linux-package":
				return { kind, nodes: nodesOf(NODES[kind]).map(named) };
			case "helm":
				return { kind, nodes: nodesOf(NODES[kind]).map(named) };
			case "hooks":
				return { kind, nodes: nodesOf(NODES[kind]).map(named) };
			default:
				return kind satisfies never;
		}
	})();
	if (problems.length === 0)
		problems.push(
			...repeated(description, "name"),
			...repeated(description, "url"),
		);
	if (problems.length > 0) return fail();
	return { from: file, description, access, cutover };
}

/** What the file itself is made of; the nodes are looked at one by one. */
const TOP = v.looseObject(
	{
		nodes: v.optional(
			v.pipe(
				v.array(
					v.record(v.string(), v.unknown(), "a map of names and values"),
					"a list of nodes",
				),
				v.nonEmpty("a list of nodes, and not empty"),
			),
		),
	},
	"a map of names and values",
);

function readYaml(text: string, file: string) {
	const lines = new LineCounter();
	// A name may be all digits.
	const document = parseDocument(text, {
		...SCALARS_AS_WRITTEN,
		lineCounter: lines,
	});
	const lineAt = (offset: number) => lines.linePos(offset).line;
	const [error] = document.errors;
	// What the parser says may quote the line, and with it a secret.
	if (error !== undefined) {
		const line = lineAt(error.pos[0]);
		throw error.code === "DUPLICATE_KEY"
			? new UsageError(
					`Cannot use the registry file ${file}: line ${line} has a name that is there already`,
				)
			: new UsageError(
					`Cannot use the registry file ${file}: line ${line} is not YAML`,
					['Quote a command that has ": " or " #" in it.'],
				);
	}
	/** The line of what is there, else of the nearest thing around it. */
	const lineOf = (path: Path): number => {
		for (let length = path.length; length > 0; length--) {
			const node = document.getIn(path.slice(0, length), true);
			if (isNode(node) && node.range) return lineAt(node.range[0]);
		}
		return 1;
	};
	return { tree: toTree(document, file), lineOf };
}

function toTree(document: ReturnType<typeof parseDocument>, file: string) {
	try {
		const tree: unknown = document.toJS();
		return tree;
	} catch {
		throw new UsageError(
			`Cannot use the registry file ${file}: its YAML aliases cannot be resolved`,
		);
	}
}

function named<Node extends { name?: string | undefined; url: URL }>(
	node: Node,
): Node & { name: string } {
	return { ...node, name: node.name ?? node.url.host };
}

/** Nodes are told apart by their names, and each is probed where it answers itself. */
function repeated(
	{ nodes }: RegistryDescription,
	key: "name" | "url",
): readonly Problem[] {
	const texts = nodes.map((node) => String(node[key]));
	return texts.flatMap((text, index) =>
		texts.indexOf(text) === index
			? []
			: [
					{
						path: ["nodes", index, key],
						text: `another node has the same ${key}${key === "url" ? "; each needs one where it answers itself, and no load balancer" : ""}`,
					},
				],
	);
}
