import { formatDigest, parseDigest } from "../../layout/digest.ts";
import { fetchBlob } from "../../registry/probe/fetch-blob.ts";
import { ProbeError } from "../../registry/probe/probe-error.ts";
import { pullImage } from "../../registry/probe/pull.ts";
import { messageOf } from "../../store/thrown.ts";
import type { Call, Course } from "../course/step.ts";
import { CutoverError } from "../cutover-error.ts";
import type { World } from "../world.ts";
import { BEFORE, type Witness, witnesses } from "./witness.ts";

/**
 * Proves that every node of a registry with a metadata database reads from the target, while it is read-only (I6). An image
 * that lies at the target alone would prove nothing: what is not in the database is not served from anywhere. So the layers
 * of the test images, which are in the database and in both storages, are taken away from the target, and nothing else is:
 *
 * | the layer is  | a node answers | which proves                                                          |
 * | ------------- | -------------- | --------------------------------------------------------------------- |
 * | not there     | with its bytes | that it reads elsewhere: given up                                     |
 * | not there     | 404            | that it does not read from the source, which has it                   |
 * | not there     | anything else  | nothing: given up                                                     |
 * | there again   | with its bytes | that what it reads is the target, and its database the one of before  |
 * | there again   | anything else  | that it does not: given up                                            |
 *
 * It needs no redirect to the bucket, and where there is one follows it. It does not prove where pushes go: `provePushes`.
 * Rejects with a `CutoverError`; the layers are at the target in any case when it ends.
 */
export async function tryWitnesses(world: World, call: Call): Promise<void> {
	const { target, observe, course } = world;
	const all = witnesses(world, BEFORE);
	try {
		// An earlier run that was killed may have taken them away already.
		const keys = all.map(({ key }) => key);
		for (const error of (await target.delete(keys, call)).values()) throw error;
		for (const witness of all) await requireUnserved(witness, course, call);
	} finally {
		// Also when all is being given up.
		await putWitnesses(world);
	}
	for (const witness of all) {
		const hosts = await requireServed(witness, course, call);
		observe({ type: "served", node: witness.node.name, hosts });
	}
}

/** Puts what was taken away there again. Safe to repeat. */
export async function putWitnesses(world: World): Promise<void> {
	const { target } = world;
	for (const { key, content } of witnesses(world, BEFORE))
		if ((await target.head(key)) === undefined)
			await target.put(key, content());
}

async function requireUnserved(
	{ node, client, repository, image }: Witness,
	{ to }: Course,
	call: Call,
): Promise<void> {
	const digest = parseDigest(image.layer);
	if (digest === undefined) throw new Error(`${image.layer} is no digest`);
	const what = `${node.name} (${node.url.origin})`;
	try {
		await fetchBlob(client, { repository, digest }, "GET", call);
	} catch (error) {
		call.signal?.throwIfAborted();
		if (error instanceof ProbeError && error.code === "not-found") return;
		throw new CutoverError(
			"unproven",
			`${what} does not say that it lacks a layer that is not at the ${to}: ${messageOf(error)}`,
			{ suggestions: [LOOK], cause: error },
		);
	}
	throw new CutoverError(
		"unproven",
		`${what} serves ${formatDigest(digest)}, which is not at the ${to} for now, so it does not use the ${to}, or what lies before it keeps copies`,
		{ suggestions: [LOOK] },
	);
}

async function requireServed(
	{ node, client, repository, image }: Witness,
	{ to }: Course,
	call: Call,
): Promise<readonly string[]> {
	try {
		return (await pullImage(client, repository, image.digest, call)).hosts;
	} catch (error) {
		call.signal?.throwIfAborted();
		throw new CutoverError(
			"unproven",
			`${node.name} (${node.url.origin}) does not serve an image that is in its database and at the ${to}, so it does not use both: ${messageOf(error)}`,
			{ suggestions: [LOOK], cause: error },
		);
	}
}

const LOOK =
	"Look at what its registry runs with (config render), and into its log: another configuration, a variable, another database, or permissions at the target.";
