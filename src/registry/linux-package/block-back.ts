import { isDeepStrictEqual } from "node:util";
import type { UndoTexts } from "../kept-file/undo.ts";
import type { Call } from "../node.ts";
import { blockOf, type GitlabRb, withBlockOf } from "./gitlab-rb.ts";
import { readOutline } from "./outline.ts";
import type { PackageNode } from "./package-node.ts";

/** The file as it is now, with our block as it was before. Rejects as `withBlockOf` throws. */
export async function withOriginalBlock(
	node: PackageNode,
	{ current, original }: UndoTexts,
	call: Call | undefined,
): Promise<string> {
	return withBlockOf(
		await gitlabRb(node, current, call),
		await gitlabRb(node, original, call),
	);
}

/** Whether our block is as we wrote it, or is back already. */
export async function isOurBlock(
	node: PackageNode,
	{ current, written, original }: UndoTexts,
	call: Call | undefined,
): Promise<boolean> {
	const found = blockOf(await gitlabRb(node, current, call));
	for (const text of [written, original])
		if (isDeepStrictEqual(found, blockOf(await gitlabRb(node, text, call))))
			return true;
	return false;
}

/** A text of `gitlab.rb`, taken apart by the Ruby of the node. */
export async function gitlabRb(
	{ host, paths, file }: PackageNode,
	text: string,
	call: Call | undefined,
): Promise<GitlabRb> {
	const ruby = `${paths.installation}/embedded/bin/ruby`;
	return {
		text,
		outline: await readOutline(host, ruby, { text, file }, call),
		file,
	};
}
