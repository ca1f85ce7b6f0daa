import { expect, test } from "vitest";
import {
	type KeyKind,
	keyKind,
} from "../../../src/registry/redis/descriptor-keys.ts";

const HEX = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

test.each<readonly [key: string, kind: KeyKind]>([
	[`blobs::sha256:${HEX}`, "descriptor"],
	[`blobs::sha512:${HEX}${HEX}`, "descriptor"],
	["repository::team/app::blobs", "descriptor"],
	[`repository::team/app::blobs::sha256:${HEX}`, "descriptor"],
	["registry:db:{repository:gitlab-org:6fc8277b}", "registry"],
	["registry:api:{project-lease:group:abc}", "registry"],
	["blobs::", "other"],
	["blobs::one", "other"],
	["blobs::list", "other"],
	[`blobs::sha256:${HEX}:copy`, "other"],
	[`my-blobs::sha256:${HEX}`, "other"],
	["repository::team/app::tags", "other"],
	["repository::team/app::blobs::latest", "other"],
	["cache:gitlab:sidekiq", "other"],
	["", "other"],
])("%s is of the kind %s", (key, kind) => {
	expect(keyKind(key)).toBe(kind);
});
