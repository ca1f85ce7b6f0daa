import * as v from "valibot";

/** Every message is the end of a sentence: "has to be …". No value is in it: it may be a secret (I7). */
const text = v.pipe(v.string("a text"), v.nonEmpty("a text, and not empty"));

const path = v.pipe(text, v.startsWith("/", "an absolute path"));

const words = v.pipe(
	v.array(text, "a list of words"),
	v.nonEmpty("a list of words, and not empty"),
);

/** The message for what is no node's URL. */
export const URL_FORM =
	"where the node itself answers, as http://HOST:PORT or https://HOST:PORT, without user, path or query";

/** Whether a text is a URL of scheme, host and port alone: where a node answers. */
export function isNodeUrl(text: string): boolean {
	if (!URL.canParse(text)) return false;
	const url = new URL(text);
	const isHttp = url.protocol === "http:" || url.protocol === "https:";
	return isHttp && url.href === `${url.origin}/`;
}

const common = {
	name: v.optional(text),
	url: v.pipe(
		text,
		v.check(isNodeUrl, URL_FORM),
		v.transform((value) => new URL(value)),
	),
	ssh: v.optional(text),
	via: v.optional(words),
	processes: v.optional(text),
};

/** What a node is told by, for each kind of registry: `NodeDescription` and those that extend it. */
export const NODES = {
	distribution: v.strictObject(
		{
			...common,
			configuration: path,
			restart: text,
			program: v.optional(text),
		},
		"a map of names and values",
	),
	"linux-package": v.strictObject(
		{
			...common,
			configuration: v.optional(path),
			gitlabCtl: v.optional(text),
		},
		"a map of names and values",
	),
	helm: v.strictObject(
		{
			...common,
			release: text,
			namespace: text,
			chart: text,
			valuesPrefix: v.optional(v.string("a text")),
			emitTo: v.optional(text),
			helm: v.optional(text),
			kubectl: v.optional(text),
		},
		"a map of names and values",
	),
	hooks: v.strictObject(
		{
			...common,
			readOnly: text,
			readWrite: text,
			switch: v.optional(text),
			switchBack: v.optional(text),
			restart: v.optional(text),
			drain: v.optional(text),
			collect: v.optional(text),
			health: v.optional(text),
			showConfiguration: v.optional(text),
		},
		"a map of names and values",
	),
};

/**
 * How the nodes are asked from outside: passwords and tokens are in files of their own (I7); without any, those count that
 * docker, podman or skopeo keep.
 */
export const ACCESS = v.pipe(
	v.strictObject(
		{
			username: v.optional(text),
			passwordFile: v.optional(path),
			tokenFile: v.optional(path),
			repository: v.optional(text),
			serverName: v.optional(text),
		},
		"a map of names and values",
	),
	v.check(
		({ username, passwordFile }) =>
			(username === undefined) === (passwordFile === undefined),
		"a username with a passwordFile, or without both",
	),
);

const line = v.union([text, words], "a command: a line, or a list of words");

/** What is run on this machine in a cutover. */
export const CUTOVER_HOOKS = v.strictObject(
	{ atWindowOpen: v.optional(line), atWindowClosed: v.optional(line) },
	"a map of names and values",
);

/** How a registry is installed. */
export const KIND = v.picklist(
	["distribution", "linux-package", "helm", "hooks"],
	"one of distribution, linux-package, helm, hooks",
);
