import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import type { Environment } from "../store/environment.ts";
import { oddFile } from "../store/filesystem/odd-file.ts";
import { messageOf } from "../store/thrown.ts";
import { UsageError } from "./usage-error.ts";

/** Variables that name files of authorities: of the AWS tools, of OpenSSL and most other programs, of Node. */
const VARIABLES = [
	"AWS_CA_BUNDLE",
	"SSL_CERT_FILE",
	"NODE_EXTRA_CA_CERTS",
] as const;

/**
 * Has the whole process trust certificates that the authorities in these files signed, beside those that Node trusts
 * by itself: the one of `--ca-bundle`, and those that the environment names. Throws a `UsageError` for a file that
 * cannot be used, since a check that fails for want of it would be harder to understand.
 */
export function trustAuthorities(
	environment: Environment,
	caBundle?: string,
): void {
	const named: readonly (readonly [by: string, file: string | undefined])[] = [
		["--ca-bundle", caBundle],
		...VARIABLES.map((name) => [name, environment[name] || undefined] as const),
	];
	const files = new Map(
		named.flatMap(([by, file]) =>
			file === undefined ? [] : ([[file, by]] as const),
		),
	);
	if (files.size === 0) return;
	const authorities = [...files].flatMap(([file, by]) => read(file, by));
	const known = getCACertificates("default");
	const lines = new Set(known.map(withoutBreaks));
	// What everybody's bundle holds is known already; to set it anew takes longer than to look.
	const unknown = authorities.filter((pem) => !lines.has(withoutBreaks(pem)));
	if (unknown.length > 0) setDefaultCACertificates([...known, ...unknown]);
}

/** Lines of PEM have no fixed length. */
function withoutBreaks(pem: string): string {
	return pem.replaceAll(/\s+/g, "");
}

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates in a file, PEM. `by` is what named the file. */
function read(file: string, by: string): readonly string[] {
	const refuse = (reason: string, suggestion: string) =>
		new UsageError(`Cannot use ${by} ${file}: ${reason}`, [suggestion]);
	const advice =
		by === "--ca-bundle"
			? "Name a file of PEM certificates."
			: `Name a file of PEM certificates in ${by}, or unset it.`;
	let text: string;
	let odd: string | undefined;
	try {
		odd = oddFile(file);
		text = odd === undefined ? readFileSync(file, "latin1") : "";
	} catch (error) {
		throw refuse(reasonOf(error), advice);
	}
	if (odd !== undefined) throw refuse(odd, advice);
	const blocks = text.match(BLOCK) ?? [];
	if (blocks.length === 0)
		throw refuse(
			"it holds no certificate in PEM form",
			`If it is one in DER form, convert it: openssl x509 -inform der -in ${file} -out FILE.pem`,
		);
	const broken = blocks.findIndex((block) => !isCertificate(block)) + 1;
	if (broken > 0)
		throw refuse(
			`of the ${blocks.length} certificates in it, number ${broken} is broken`,
			"Get the file once more, from whoever keeps the authority.",
		);
	return blocks;
}

function isCertificate(pem: string): boolean {
	try {
		new X509Certificate(pem);
		return true;
	} catch {
		// Whatever is wrong with it, the caller says which one it is.
		return false;
	}
}

function reasonOf(error: unknown): string {
	const code =
		error instanceof Error && "code" in error ? error.code : undefined;
	switch (code) {
		case "ENOENT":
			return "it does not exist";
		case "EACCES":
			return "it may not be read";
		case "EISDIR":
			return "it is a directory";
		default:
			return messageOf(error);
	}
}
