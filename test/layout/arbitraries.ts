import fc from "fast-check";
import type { Digest } from "../../src/layout/digest.ts";
import { formatKey, type RegistryKey } from "../../src/layout/paths.ts";

/** Names that mean something elsewhere in the tree. */
const CONFUSING = ["current", "index", "link", "data", "tags", "blobs", "v2"];

const COMPONENT = fc.oneof(
	fc.constantFrom(...CONFUSING, "app", "app-web", "app.old"),
	fc.stringMatching(/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/),
);

export const REPOSITORY = fc
	.array(COMPONENT, { minLength: 1, maxLength: 4 })
	.map((components) => components.join("/"));

export const TAG = fc.oneof(
	fc.constantFrom(...CONFUSING, "_uploads", "_layers", "_manifests", "_"),
	fc.stringMatching(/^\w[\w.-]{0,20}$/),
);

/** Value lengths of the algorithms that a registry uses, and algorithms that nobody uses yet. */
const ALGORITHMS: readonly (readonly [string, number, number])[] = [
	["sha256", 64, 64],
	["sha384", 96, 96],
	["sha512", 128, 128],
	["blake3", 32, 80],
	["sha256+b64u", 32, 80],
	["constructor", 32, 80],
];

export const DIGEST: fc.Arbitrary<Digest> = fc
	.constantFrom(...ALGORITHMS)
	.chain(([algorithm, minLength, maxLength]) =>
		fc
			.string({
				unit: fc.constantFrom(..."0123456789abcdef"),
				minLength,
				maxLength,
			})
			.map((hex) => ({ algorithm, hex })),
	);

export const REGISTRY_KEY: fc.Arbitrary<RegistryKey> = fc.oneof(
	fc.record({
		kind: fc.constant("lock"),
		name: fc.stringMatching(/^[a-z-]{1,20}$/),
	}),
	fc.record({ kind: fc.constant("blob"), digest: DIGEST }),
	fc.record({
		kind: fc.constantFrom("layer", "revision"),
		repository: REPOSITORY,
		digest: DIGEST,
	}),
	fc.record({
		kind: fc.constant("signature"),
		repository: REPOSITORY,
		revision: DIGEST,
		digest: DIGEST,
	}),
	fc.record({
		kind: fc.constant("index"),
		repository: REPOSITORY,
		tag: TAG,
		digest: DIGEST,
	}),
	fc.record({
		kind: fc.constant("current"),
		repository: REPOSITORY,
		tag: TAG,
	}),
);

const HEX = "0123456789abcdef".repeat(4);

/** Keys as nobody should write them: every meaningful component where it may mean nothing. */
const ODD_KEY = fc
	.tuple(
		fc.constantFrom(
			"docker/",
			"docker/registry/",
			"docker/registry/lockfiles/",
			"docker/registry/v2/",
			"docker/registry/v2/blobs/",
			"docker/registry/v2/repositories/",
			"docker/registry/v2/repositories/app/_layers/",
			"docker/registry/v2/repositories/app/_manifests/",
			"docker/registry/v2/repositories/app/_manifests/tags/",
			"docker/registry/v2/repositories/app/_uploads/",
			`docker/registry/v2/blobs/sha256/01/${HEX}/`,
		),
		fc.array(
			fc.constantFrom(
				...CONFUSING,
				"app",
				"_layers",
				"_manifests",
				"_uploads",
				"_other",
				"revisions",
				"signatures",
				"sha256",
				"01",
				HEX,
				"left.tmp",
			),
			{ minLength: 1, maxLength: 6 },
		),
	)
	.map(([prefix, components]) => prefix + components.join("/"));

/** The keys of a store that holds a registry and much that does not belong in one. */
export const KEYS = fc.uniqueArray(
	fc.oneof(REGISTRY_KEY.map(formatKey), ODD_KEY),
	{ maxLength: 30 },
);
