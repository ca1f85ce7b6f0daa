/** Error codes of Node and of undici. */
const NETWORK: Readonly<Record<string, string>> = {
	ECONNREFUSED: "nothing listens there (connection refused)",
	ECONNRESET: "the connection was reset",
	ECONNABORTED: "the connection was closed",
	EPIPE: "the connection was closed",
	ENOTFOUND: "its host name is not known",
	EAI_AGAIN: "its host name could not be looked up",
	EHOSTUNREACH: "its host cannot be reached",
	ENETUNREACH: "its network cannot be reached",
	EADDRNOTAVAIL: "this machine has no free port for another connection",
	EMFILE: "too many open files in this process",
	ETIMEDOUT: "the connection timed out",
	UND_ERR_CONNECT_TIMEOUT: "the connection timed out",
	UND_ERR_HEADERS_TIMEOUT: "the server did not answer in time",
	UND_ERR_BODY_TIMEOUT: "the server stopped answering",
	UND_ERR_SOCKET: "the connection was closed",
	UND_ERR_RES_CONTENT_LENGTH_MISMATCH:
		"the connection was closed in the middle of the answer",
	EPROTO: "what answers there does not speak TLS (is it http?)",
	ERR_SSL_WRONG_VERSION_NUMBER:
		"what answers there does not speak TLS (is it http?)",
	ERR_SSL_PACKET_LENGTH_TOO_LONG:
		"what answers there does not speak TLS (is it http?)",
};

const NO_HTTP = "what answers there does not speak HTTP (is it https?)";

const SIGNED_BY_UNKNOWN =
	"is signed by an authority that this machine does not know";

/** Of certificates that are not trusted, those that are more than a word. Source: Node.js documentation, "X509 certificate error codes". */
const CERTIFICATE: Readonly<Record<string, string>> = {
	CERT_HAS_EXPIRED: "has expired",
	CERT_NOT_YET_VALID: "is not valid yet",
	CERT_REVOKED: "was revoked",
	DEPTH_ZERO_SELF_SIGNED_CERT: "is signed by itself",
	SELF_SIGNED_CERT_IN_CHAIN: SIGNED_BY_UNKNOWN,
	UNABLE_TO_GET_ISSUER_CERT: SIGNED_BY_UNKNOWN,
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: SIGNED_BY_UNKNOWN,
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: SIGNED_BY_UNKNOWN,
};

const ANY_CERTIFICATE =
	/^(CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|ERR_TLS_CERT_)/;

/** Why a server could not be reached, or not be believed. */
export interface NetworkReason {
	readonly type:
		| "connection"
		/** Time will not mend it, but a clock or a renewal does. */
		| "validity"
		/** The certificate is another server's. */
		| "host-name"
		/** The certificate is not trusted. */
		| "authority";
	/** Begins in lower case, without a full stop. */
	readonly reason: string;
}

/** What an error says of the network; `undefined` when it is none of the network's. `whose` names whose certificate it is. */
export function networkReason(
	error: Error,
	whose: "the server's" | "its",
): NetworkReason | undefined {
	for (const failure of failuresIn(error)) {
		const reason = reasonOf(failure, whose);
		if (reason !== undefined) return reason;
	}
	return undefined;
}

function reasonOf(error: Error, whose: string): NetworkReason | undefined {
	const code =
		"code" in error && typeof error.code === "string" ? error.code : "";
	// Node's own client gives such errors a code (HPE_INVALID_CONSTANT), undici a name.
	const isParser = code.startsWith("HPE_") || error.name === "HTTPParserError";
	const connection = NETWORK[code] ?? (isParser ? NO_HTTP : undefined);
	if (connection !== undefined)
		return { type: "connection", reason: connection };
	if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
		return {
			type: "host-name",
			reason: `${whose} certificate ${otherHost(error)}`,
		};
	if (!ANY_CERTIFICATE.test(code)) return undefined;
	const isValidity =
		code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID";
	return {
		type: isValidity ? "validity" : "authority",
		reason: `${whose} certificate ${CERTIFICATE[code] ?? `is not trusted: ${error.message}`}`,
	};
}

/** Node hangs on the error which host was asked, and the certificate that answered. */
function otherHost(error: Error): string {
	const host = "host" in error ? String(error.host) : undefined;
	const certificate: unknown = "cert" in error ? error.cert : undefined;
	const names =
		typeof certificate === "object" &&
		certificate !== null &&
		"subjectaltname" in certificate
			? String(certificate.subjectaltname).replaceAll(
					/\b(DNS|IP Address):/g,
					"",
				)
			: undefined;
	return [
		`is not for ${host === undefined ? "this host" : `"${host}"`}`,
		names === undefined ? "" : `, but for ${names}`,
	].join("");
}

/** The error and what caused it; a host with several addresses fails with several errors. */
export function* failuresIn(error: unknown, depth = 0): Generator<Error> {
	if (!(error instanceof Error) || depth > 4) return;
	yield error;
	if (error instanceof AggregateError) {
		for (const one of error.errors) yield* failuresIn(one, depth + 1);
	}
	yield* failuresIn(error.cause, depth + 1);
}
