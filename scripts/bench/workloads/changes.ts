import { readFileSync, utimesSync } from "node:fs";
import { join, relative } from "node:path";
import { blobKey, formatKey } from "../../../src/layout/paths.ts";
import { sampleRepository } from "../../sample-registry/names.ts";
import {
	type SampleOptions,
	sampleShape,
} from "../../sample-registry/options.ts";
import { writePush } from "../../sample-registry/repository.ts";
import { retag } from "../../sample-registry/retag.ts";
import {
	type TreeWriter,
	treeWriter,
} from "../../sample-registry/tree-writer.ts";
import { fingerprintOf } from "../tree.ts";
import { makeUndo, type Undo } from "./undo.ts";
import type { Expected, TagMove } from "./workload.ts";

/** A tree that was changed. */
export interface Changes {
	/** What has to be at the target now. */
	readonly expected: Expected;
	/** Makes the tree what it was. */
	undo(): void;
}

/** The objects that a push writes: four layers, a configuration, a manifest, the links to them, and two tags. */
const PUSH_OBJECTS = 16;

/** The objects that a moved tag writes: its current link and an index link. */
const RETAG_OBJECTS = 2;

/** Of what is changed, the share that is tags moved between images that were there. */
const RETAG_SHARE = 0.1;

/** Younger than the tree, older than whatever a pass has put anywhere. */
const OLDER = new Date("2024-05-01T13:00:00Z");

/**
 * Changes about so many objects of a sample registry, by default one in a hundred: pushes, which move the newest tag, and moved tags
 * besides. Of these one has a link that is older than the object at the target, and one a link whose time stamp is what
 * it was; all links have one size.
 */
export function changeTree(
	root: string,
	options: SampleOptions,
	objects: ReadonlyMap<string, string>,
	wanted: number = Math.round(objects.size / 100),
): Changes {
	const shape = sampleShape(options);
	const retags = Math.max(
		3,
		Math.round((wanted * RETAG_SHARE) / RETAG_OBJECTS),
	);
	const pushes = Math.max(
		1,
		Math.round((wanted - retags * RETAG_OBJECTS) / PUSH_OBJECTS),
	);
	const undo = makeUndo();
	const moved = new Map<string, TagMove>();
	const tree = remembering(treeWriter(root, undefined), root, undo);
	const version = `v${shape.tagsPerRepository}`;
	for (let index = 0; index < pushes; index += 1) {
		writePush(tree, shape, index, version);
		moved.set(currentKey(index, "latest"), "newer");
	}
	for (let retagged = 0; retagged < retags; retagged += 1) {
		// From the other end, so that no repository has both.
		const index = shape.repositories - 1 - retagged;
		const move = retagged === 0 ? "older" : retagged === 1 ? "kept" : "newer";
		moveTag(root, index, move, undo);
		moved.set(currentKey(index, "v1"), move);
	}
	const after = new Map(objects);
	const paths = undo.paths();
	for (const path of paths)
		after.set(relative(root, path), fingerprintOf(readFileSync(path)));
	return {
		expected: { objects: after, written: paths.length, moved },
		undo: () => undo.undo(),
	};
}

function moveTag(root: string, index: number, move: TagMove, undo: Undo): void {
	const repository = sampleRepository(index);
	const current = join(root, currentKey(index, "v1"));
	const [tag, toTag] = ["v1", "v2"];
	undo.remember(current);
	const digest = readFileSync(join(root, currentKey(index, toTag)), "utf8");
	const [, hex = ""] = digest.split(":");
	undo.remember(
		join(
			root,
			formatKey({
				kind: "index",
				repository,
				tag,
				digest: { algorithm: "sha256", hex },
			}),
		),
	);
	retag(root, repository, tag, toTag, { keepTimeStamps: move === "kept" });
	if (move === "older") utimesSync(current, OLDER, OLDER);
}

function currentKey(index: number, tag: string): string {
	return formatKey({
		kind: "current",
		repository: sampleRepository(index),
		tag,
	});
}

function remembering(tree: TreeWriter, root: string, undo: Undo): TreeWriter {
	return {
		writeFile(key, content) {
			undo.remember(join(root, key));
			tree.writeFile(key, content);
		},
		writeBlob(digest, content) {
			undo.remember(join(root, blobKey(digest)));
			tree.writeBlob(digest, content);
		},
		writeLink(key, digest) {
			undo.remember(join(root, formatKey(key)));
			tree.writeLink(key, digest);
		},
		counts: () => tree.counts(),
	};
}
