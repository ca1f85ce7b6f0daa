import type { S3Connection } from "../../services/s3-connection.ts";
import type { Pass } from "../passes.ts";
import type { BenchTree } from "../tree.ts";
import type { Workload } from "./workload.ts";

/** A registry that stays as it is. */
export function plainWorkload(
	server: S3Connection,
	tree: Pick<BenchTree, "directory" | "objects">,
	passes: readonly Pass[],
	{ concurrency, isOursAlone }: Pick<Workload, "concurrency" | "isOursAlone">,
): Workload {
	const { directory, objects } = tree;
	return {
		passes,
		directory,
		server,
		concurrency,
		isOursAlone,
		async prepare(pass) {
			const written = pass === passes[0] ? objects.size : 0;
			return { objects, written, moved: new Map() };
		},
		async [Symbol.asyncDispose]() {},
	};
}
