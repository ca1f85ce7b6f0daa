import { isBefore, type Product } from "./product.ts";
import type { Refuse } from "./target.ts";

/** What the S3 driver of a registry can be told, and how. `undefined`: it has no word for it. */
export interface S3Dialect {
	readonly driver: "s3" | "s3_v2";
	/** Says that the bucket is named in the path of requests. */
	readonly pathStyle: "forcepathstyle" | "pathstyle" | undefined;
	/** Whether it names the bucket in the path wherever there is an endpoint, unless it is told otherwise. */
	readonly endpointsByPath: boolean;
	/** `accelerate`, `usedualstack`, `usefipsendpoint`: AWS's other endpoints. */
	readonly hasEndpointKinds: boolean;
	/** `objectownership`: whether it can leave ACLs out. */
	readonly hasObjectOwnership: boolean;
	/** `maxrequestspersecond`. */
	readonly hasRate: boolean;
	/** Whether it sends checksums that many compatible servers refuse, unless it is told `checksum_disabled`. */
	readonly sendsChecksums: boolean;
	readonly storageClasses: readonly string[];
	/** Largest part of an upload (bytes). */
	readonly maxChunkBytes: number;
}

/** Source: registry/storage/driver/s3-aws/s3.go of Distribution 2.8.3. */
const FIRST_CLASSES = ["NONE", "STANDARD", "REDUCED_REDUNDANCY"];

/** Source: the same of Distribution 3.1.2, without those whose objects a registry cannot read or list. */
const ALL_CLASSES = [
	...FIRST_CLASSES,
	...["STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "OUTPOSTS"],
	"GLACIER_IR",
];

const GIB = 1024 ** 3;

const DISTRIBUTION_2: S3Dialect = {
	driver: "s3",
	pathStyle: undefined,
	endpointsByPath: true,
	hasEndpointKinds: false,
	hasObjectOwnership: false,
	hasRate: false,
	sendsChecksums: false,
	storageClasses: FIRST_CLASSES,
	maxChunkBytes: 5 * GIB,
};

const DISTRIBUTION_3: S3Dialect = {
	...DISTRIBUTION_2,
	pathStyle: "forcepathstyle",
	endpointsByPath: false,
	hasEndpointKinds: true,
	storageClasses: ALL_CLASSES,
};

/** Source: registry/storage/driver/s3-aws/s3.go of GitLab's registry, before its second S3 driver. */
const GITLAB_FIRST: S3Dialect = {
	...DISTRIBUTION_2,
	pathStyle: "pathstyle",
	hasObjectOwnership: true,
	hasRate: true,
};

/** Source: s3-aws/common/parser.go of GitLab's registry: two buffers of this size are put together at times. */
const GITLAB: S3Dialect = {
	...GITLAB_FIRST,
	storageClasses: ALL_CLASSES,
	maxChunkBytes: 2.5 * GIB,
};

const GITLAB_V2: S3Dialect = {
	...GITLAB,
	driver: "s3_v2",
	sendsChecksums: true,
};

/**
 * The S3 driver of a registry:
 *
 * | registry                | drivers     | default |
 * | ----------------------- | ----------- | ------- |
 * | Distribution 2          | s3          | s3      |
 * | Distribution 3          | s3          | s3      |
 * | GitLab before 17.10     | s3          | s3      |
 * | GitLab 17.10 to 18.11   | s3, s3_v2   | s3      |
 * | GitLab from 19.0        | s3_v2       | s3_v2   |
 *
 * Before 19.0 `s3_v2` was a beta. Throws what `refuse` makes of any other.
 */
export function s3Dialect(
	product: Product,
	driver: string | undefined,
	refuse: Refuse,
): S3Dialect {
	const choices = dialectsOf(product);
	const [best] = choices;
	const chosen =
		driver === undefined
			? best
			: choices.find((dialect) => dialect.driver === driver);
	if (chosen !== undefined) return chosen;
	const names = choices.map((dialect) => dialect.driver);
	throw refuse(
		`this registry has no driver "${driver}" for it`,
		`It has ${names.join(", ")}.`,
	);
}

function dialectsOf(product: Product): readonly S3Dialect[] {
	if (product.name === "distribution")
		return [isBefore(product, [3, 0, 0]) ? DISTRIBUTION_2 : DISTRIBUTION_3];
	if (isBefore(product, [17, 10, 0])) return [GITLAB_FIRST];
	return isBefore(product, [19, 0, 0]) ? [GITLAB, GITLAB_V2] : [GITLAB_V2];
}
