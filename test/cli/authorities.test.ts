import { X509Certificate } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { trustAuthorities } from "../../src/cli/authorities.ts";
import { UsageError } from "../../src/cli/usage-error.ts";
import { Authority } from "../store/http/certificates.ts";

const before = getCACertificates("default");
const [one, two] = [new Authority("one").cert, new Authority("two").cert];

let directory: string;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "regmigrate-authorities-"));
});
afterEach(async () => {
	setDefaultCACertificates(before);
	await rm(directory, { recursive: true });
});

function file(content: string): string {
	const path = join(directory, `${Math.random()}.pem`);
	writeFileSync(path, content);
	return path;
}

/** By what they are, since PEM can be written in many ways. */
const prints = (certs: readonly string[]) =>
	new Set(certs.map((cert) => new X509Certificate(cert).fingerprint256));

/** The authorities that are trusted beside the usual; those still are. */
function trusted(): ReadonlySet<string> {
	const now = prints(getCACertificates("default"));
	const usual = prints(before);
	expect(usual.difference(now).size).toBe(0);
	return now.difference(usual);
}

describe("authorities", () => {
	test.each(["AWS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"])(
		"in %s are trusted beside the usual",
		(name) => {
			trustAuthorities({ [name]: file(`# ours\n${one}\n${two}`) });
			expect(trusted()).toEqual(prints([one, two]));
		},
	);

	test("in --ca-bundle are trusted beside those of the environment", () => {
		trustAuthorities({ AWS_CA_BUNDLE: file(one) }, file(two));
		expect(trusted()).toEqual(prints([one, two]));
	});

	test("are the usual where nothing is set, or nothing new", () => {
		trustAuthorities({ AWS_CA_BUNDLE: "", SSL_CERT_FILE: undefined });
		trustAuthorities({ AWS_CA_BUNDLE: file(before.slice(0, 3).join("\n")) });
		expect(trusted()).toEqual(new Set());
	});
});

describe("a file of authorities that cannot be used is refused, and named with what named it", () => {
	const broken = one.replace(/^M.{8}/m, "MAAAAAAAA");
	test.each<[string, () => string, string]>([
		["that is not there", () => "/nowhere/ca.pem", "it does not exist"],
		["that is a directory", () => directory, "it is a directory"],
		["that is no file", () => "/dev/zero", "it is a device, not a file"],
		[
			"without certificates",
			() => file("-----BEGIN PRIVATE KEY-----"),
			"it holds no certificate in PEM form",
		],
		["that is empty", () => file(""), "it holds no certificate in PEM form"],
		[
			"with a broken one",
			() => file(`${two}${broken}`),
			"of the 2 certificates in it, number 2 is broken",
		],
	])("%s", (_what, make, reason) => {
		const path = make();
		expect(() => trustAuthorities({}, path)).toThrow(
			expect.objectContaining({
				constructor: UsageError,
				message: `Cannot use --ca-bundle ${path}: ${reason}`,
			}),
		);
		expect(() => trustAuthorities({ SSL_CERT_FILE: path })).toThrow(
			`Cannot use SSL_CERT_FILE ${path}: ${reason}`,
		);
		expect(trusted()).toEqual(new Set());
	});
});
