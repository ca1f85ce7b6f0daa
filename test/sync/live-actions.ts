import fc from "fast-check";
import { parseDigest } from "../../src/layout/digest.ts";
import {
	blobKey,
	formatKey,
	parseKey,
	type RegistryKey,
} from "../../src/layout/paths.ts";
import { type Content, type Image, pushWrites } from "./content.ts";
import type { Action, Step } from "./live-registry.ts";

/** What a registry can be asked for. */
export type Command =
	| {
			readonly do: "push";
			readonly repository: string;
			readonly tag: string;
			readonly image: Image;
			readonly isInPlace: boolean;
	  }
	| {
			readonly do: "untag";
			readonly repository: string;
			readonly tag: string;
			readonly isCurrentFirst: boolean;
	  }
	| { readonly do: "remove"; readonly repository: string; readonly tag: string }
	| {
			readonly do: "collect";
			readonly removesUntagged: boolean;
			readonly removesLayers: boolean;
	  };

const REPOSITORIES = ["app", "app/cache", "web"];
const TAGS = ["v1", "v2"];

/** The writes of a command. */
export function actionOf(command: Command): Action {
	switch (command.do) {
		case "push": {
			const { repository, tag, image, isInPlace } = command;
			return push(repository, tag, image, isInPlace);
		}
		case "untag":
			return untag(command.repository, command.tag, command.isCurrentFirst);
		case "remove":
			return remove(command.repository, command.tag);
		case "collect":
			return collect(command.removesUntagged, command.removesLayers);
		default:
			return command satisfies never;
	}
}

/** Takes a push: what exists already is not written again, except links. */
export function push(
	repository: string,
	tag: string,
	image: Image,
	isInPlace = false,
): Action {
	return function* (content) {
		for (const [key, bytes] of pushWrites(repository, tag, image)) {
			if (parseKey(key)?.kind !== "blob" || !content.has(key))
				yield { key, content: bytes, isInPlace };
		}
	};
}

/** Deletes a tag, in whatever order a directory's entries are removed. */
function untag(
	repository: string,
	tag: string,
	isCurrentFirst: boolean,
): Action {
	return function* (content) {
		const keys = keysOf(
			content,
			(key) =>
				(key.kind === "current" || key.kind === "index") &&
				key.repository === repository &&
				key.tag === tag,
		);
		yield* deletes(isCurrentFirst ? keys : keys.reverse());
	};
}

/** Deletes the manifest that a tag names, as the API does: the revision's link first, then all its tags. */
function remove(repository: string, tag: string): Action {
	return function* (content) {
		const current = formatKey({ kind: "current", repository, tag });
		const digest = parseDigest(content.get(current)?.toString() ?? "");
		if (digest === undefined) return;
		yield { key: formatKey({ kind: "revision", repository, digest }) };
		const named = content.get(current)?.toString();
		for (const other of TAGS) {
			const key = formatKey({ kind: "current", repository, tag: other });
			if (content.get(key)?.toString() === named)
				yield* untag(repository, other, true)(content);
		}
	};
}

/** Collects garbage, as version 2.8 does (dangling layer links stay) or 3.x (they go, too). */
function collect(removesUntagged: boolean, removesLayers: boolean): Action {
	return function* (content) {
		if (removesUntagged) yield* removeUntagged(content);
		const marked = new Set<string>();
		for (const key of keysOf(content, ({ kind }) => kind === "revision"))
			mark(content, content.get(key)?.toString() ?? "", marked);
		yield* deletes(
			keysOf(content, (key) => key.kind === "blob").filter(
				(key) => !marked.has(key),
			),
		);
		if (!removesLayers) return;
		for (const key of keysOf(content, ({ kind }) => kind === "layer")) {
			const digest = parseDigest(content.get(key)?.toString() ?? "");
			if (digest !== undefined && !marked.has(blobKey(digest))) yield { key };
		}
	};
}

function* removeUntagged(content: Content): Generator<Step> {
	const kept = new Set<string>();
	for (const key of keysOf(content, ({ kind }) => kind === "current"))
		mark(content, content.get(key)?.toString() ?? "", kept);
	for (const key of keysOf(
		content,
		({ kind }) => kind === "index" || kind === "revision",
	).reverse()) {
		const digest = parseDigest(content.get(key)?.toString() ?? "");
		if (digest !== undefined && !kept.has(blobKey(digest))) yield { key };
	}
}

/** Adds a manifest's blob, and those of all that it names. */
function mark(content: Content, digest: string, marked: Set<string>): void {
	const parsed = parseDigest(digest);
	if (parsed === undefined) return;
	const key = blobKey(parsed);
	const manifest = content.get(key);
	marked.add(key);
	if (manifest === undefined) return;
	for (const [named] of manifest.toString().matchAll(/sha256:[0-9a-f]{64}/g))
		mark(content, named, marked);
}

function keysOf(
	content: Content,
	isWanted: (key: RegistryKey) => boolean,
): string[] {
	return [...content.keys()].sort().filter((key) => {
		const parsed = parseKey(key);
		return parsed !== undefined && isWanted(parsed);
	});
}

function deletes(keys: readonly string[]): readonly Step[] {
	return keys.map((key) => ({ key }));
}

const REPOSITORY = fc.constantFrom(...REPOSITORIES);
const TAG = fc.constantFrom(...TAGS);
const LAYERS = fc.subarray(["base", "one", "two"]);
const RARELY = fc.nat(9).map((dice) => dice === 0);

/** Anything that a registry does. Few names, so that things meet. */
export const COMMAND: fc.Arbitrary<Command> = fc.oneof(
	{
		weight: 6,
		arbitrary: fc.record({
			do: fc.constant("push"),
			repository: REPOSITORY,
			tag: TAG,
			image: fc.oneof(
				LAYERS,
				fc.record({ platforms: fc.tuple(LAYERS, LAYERS) }),
			),
			isInPlace: RARELY,
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			do: fc.constant("untag"),
			repository: REPOSITORY,
			tag: TAG,
			isCurrentFirst: fc.boolean(),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			do: fc.constant("remove"),
			repository: REPOSITORY,
			tag: TAG,
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			do: fc.constant("collect"),
			removesUntagged: fc.boolean(),
			removesLayers: fc.boolean(),
		}),
	},
);
