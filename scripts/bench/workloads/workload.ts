import type { S3Connection } from "../../services/s3-connection.ts";
import type { Pass } from "../passes.ts";

/** How a tag came to name another image, by the time stamp of its link. */
export type TagMove =
	/** It is that of the move. */
	| "newer"
	/** It is older than the object that the link replaces at the target, and other than it was. */
	| "older"
	/** It is what it was, to the nanosecond, as after a restore. */
	| "kept";

/** What has to be at the target after a pass. */
export interface Expected {
	/** Of every key, the fingerprint: by MD5, or by `sha256:` where the object is too large to have an ETag that is one. */
	readonly objects: ReadonlyMap<string, string>;
	/** How many of them were written since the pass before. */
	readonly written: number;
	/** The current links of the tags that were moved since. */
	readonly moved: ReadonlyMap<string, TagMove>;
}

/** Something for tools to do: passes that follow each other, on a bucket that is empty at first. */
export interface Workload extends AsyncDisposable {
	readonly passes: readonly Pass[];
	/** The source. */
	readonly directory: string;
	/** The server as the tools reach it. */
	readonly server: S3Connection;
	/** Requests at a time, of the tools that can be told; undefined: each has its own default. */
	readonly concurrency: number | undefined;
	/** Whether peers are not measured. */
	readonly isOursAlone: boolean;
	/** Makes the source what the pass is to find. */
	prepare(pass: Pass): Promise<Expected>;
}
