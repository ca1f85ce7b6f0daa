import { hash } from "node:crypto";
import { expect, test } from "vitest";
import { isSamePart } from "../../src/store/same-part.ts";

const BYTES = Buffer.from("a part");
const SHA256 = hash("sha256", BYTES, "base64");
const MD5 = hash("md5", BYTES, "hex");
const OTHER = hash("sha256", "other", "base64");
const size = BYTES.length;

test.each([
	["has another size", { size: 1, etag: MD5, sha256: SHA256 }, false],
	["has the SHA-256", { size, etag: "-", sha256: SHA256 }, true],
	["has another SHA-256", { size, etag: MD5, sha256: OTHER }, false],
	["tells only the MD5", { size, etag: MD5, sha256: undefined }, true],
	["tells nothing of it", { size, etag: "-", sha256: undefined }, false],
])(
	"a part that %s is taken for the one to be sent: %o %s (I4)",
	(_what, part, isSame) => {
		expect(isSamePart(part, BYTES, SHA256)).toBe(isSame);
	},
);
