import { StoreError, type StoreErrorOptions } from "../errors.ts";

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

/** Certificates that cannot be trusted. Source: Node.js documentation, "X509 certificate error codes". */
const CERTIFICATE =
	/^(CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|ERR_TLS_CERT_)/;

/** What a failure of the network means for the store; `undefined` when the error is none of the network's. */
export function fromNetwork(
	error: Error,
	about: StoreErrorOptions,
): StoreError | undefined {
	for (const { name, code, message } of failuresIn(error)) {
		// Node's own client gives such errors a code (HPE_INVALID_CONSTANT), undici a name.
		const isParser = code.startsWith("HPE_") || name === "HTTPParserError";
		const reason = NETWORK[code] ?? (isParser ? NO_HTTP : undefined);
		if (reason !== undefined) {
			const suggestions = [
				"Check the endpoint in the URL, and that this machine can reach it.",
			];
			const options = { ...about, cause: error, suggestions };
			return new StoreError("unavailable", reason, options);
		}
		if (CERTIFICATE.test(code)) {
			const suggestions = [
				"If a certificate authority of your own signed it, name that authority's certificate file in NODE_EXTRA_CA_CERTS.",
			];
			const options = { ...about, cause: error, suggestions };
			return new StoreError(
				"unknown",
				`the server's certificate is not trusted: ${message}`,
				options,
			);
		}
	}
	return undefined;
}

/** The error and what caused it; a host with several addresses fails with several errors. */
function* failuresIn(
	error: unknown,
	depth = 0,
): Generator<{
	readonly name: string;
	/** "" where it has none. */
	readonly code: string;
	readonly message: string;
}> {
	if (!(error instanceof Error) || depth > 4) return;
	const { name, message } = error;
	const code =
		"code" in error && typeof error.code === "string" ? error.code : "";
	yield { name, code, message };
	if (error instanceof AggregateError) {
		for (const one of error.errors) yield* failuresIn(one, depth + 1);
	}
	yield* failuresIn(error.cause, depth + 1);
}
