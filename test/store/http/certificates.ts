import {
	createPrivateKey,
	generateKeyPairSync,
	type KeyObject,
	randomBytes,
	sign,
} from "node:crypto";
import { isIPv4, isIPv6 } from "node:net";

/** A certificate and its key, both PEM. */
export interface Certificate {
	readonly cert: string;
	readonly key: string;
}

/** What a certificate says, where it is not the usual. */
export interface CertificateOptions {
	/** Default: an hour ago. */
	readonly notBefore?: Date | undefined;
	/** Default: in a day. */
	readonly notAfter?: Date | undefined;
}

/** An authority made on the spot, and the certificates that it signs. Only what TLS looks at is in them. */
export class Authority {
	readonly #key: KeyObject;
	readonly #name: Buffer;
	/** Its own certificate, PEM: what a client must trust. */
	readonly cert: string;

	constructor(name: string) {
		const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
		this.#key = pair.privateKey;
		this.#name = commonName(name);
		this.cert = certificate({
			issuer: this.#name,
			signer: this.#key,
			subject: this.#name,
			publicKey: pair.publicKey,
			extensions: [BASIC_CONSTRAINTS_CA],
		});
	}

	/** A server's certificate for these host names and addresses. */
	certify(
		hosts: readonly string[],
		options: CertificateOptions = {},
	): Certificate {
		const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
		const cert = certificate({
			issuer: this.#name,
			signer: this.#key,
			subject: commonName(hosts[0] ?? "nobody"),
			publicKey: pair.publicKey,
			extensions: [alternativeNames(hosts)],
			...options,
		});
		return { cert, key: pem(pair.privateKey) };
	}
}

/** A server's certificate that it signed itself. */
export function selfSigned(hosts: readonly string[]): Certificate {
	const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
	const name = commonName(hosts[0] ?? "nobody");
	const cert = certificate({
		issuer: name,
		signer: createPrivateKey(pem(pair.privateKey)),
		subject: name,
		publicKey: pair.publicKey,
		extensions: [alternativeNames(hosts)],
	});
	return { cert, key: pem(pair.privateKey) };
}

function pem(key: KeyObject): string {
	return key.export({ type: "pkcs8", format: "pem" }).toString();
}

interface Content extends CertificateOptions {
	readonly issuer: Buffer;
	readonly signer: KeyObject;
	readonly subject: Buffer;
	readonly publicKey: KeyObject;
	readonly extensions: readonly Buffer[];
}

/** RFC 5280, section 4.1. */
function certificate(content: Content): string {
	const { notBefore = new Date(Date.now() - 3_600_000) } = content;
	const { notAfter = new Date(Date.now() + 86_400_000) } = content;
	const body = sequence(
		der(0xa0, integer(Buffer.of(2))),
		integer(Buffer.concat([Buffer.of(1), randomBytes(8)])),
		ECDSA_WITH_SHA256,
		content.issuer,
		sequence(time(notBefore), time(notAfter)),
		content.subject,
		content.publicKey.export({ type: "spki", format: "der" }),
		der(0xa3, sequence(...content.extensions)),
	);
	const signature = sign("sha256", body, content.signer);
	const whole = sequence(body, ECDSA_WITH_SHA256, bits(signature));
	const lines = whole.toString("base64").match(/.{1,64}/g) ?? [];
	return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

/** A value in DER (ITU-T X.690). */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
	const value = Buffer.concat(content);
	const { length } = value;
	const size =
		length < 0x80
			? [length]
			: length < 0x100
				? [0x81, length]
				: [0x82, length >> 8, length & 0xff];
	return Buffer.concat([Buffer.of(tag, ...size), value]);
}

const sequence = (...values: readonly Uint8Array[]) => der(0x30, ...values);
const integer = (value: Uint8Array) => der(0x02, value);
const bits = (value: Uint8Array) => der(0x03, Buffer.of(0), value);
const octets = (value: Uint8Array) => der(0x04, value);
const identifier = (hex: string) => der(0x06, Buffer.from(hex, "hex"));
const time = (date: Date) =>
	der(
		0x18,
		Buffer.from(`${date.toISOString().replaceAll(/[-:T]|\..*/g, "")}Z`),
	);

/** 1.2.840.10045.4.3.2 */
const ECDSA_WITH_SHA256 = sequence(identifier("2a8648ce3d040302"));

/** 2.5.29.19, critical: an authority. */
const BASIC_CONSTRAINTS_CA = sequence(
	identifier("551d13"),
	der(0x01, Buffer.of(0xff)),
	octets(sequence(der(0x01, Buffer.of(0xff)))),
);

/** 2.5.4.3 */
function commonName(name: string): Buffer {
	const text = der(0x0c, Buffer.from(name));
	return sequence(der(0x31, sequence(identifier("550403"), text)));
}

/** 2.5.29.17 */
function alternativeNames(hosts: readonly string[]): Buffer {
	const names = hosts.map((host) =>
		isIPv4(host) || isIPv6(host)
			? der(0x87, address(host))
			: der(0x82, Buffer.from(host)),
	);
	return sequence(identifier("551d11"), octets(sequence(...names)));
}

/** Of IPv6, only the address of loopback is needed. */
function address(host: string): Buffer {
	return isIPv4(host)
		? Buffer.from(host.split(".").map(Number))
		: Buffer.from([...Array(15).fill(0), 1]);
}
