import { isCancellation } from "../../store/errors.ts";
import { proxyErrorIn } from "../../store/http/network-errors.ts";
import { networkReason } from "../../store/http/network-reason.ts";
import { RegistryError, type RegistryErrorCode } from "../registry-error.ts";

/** A registry could not be asked, or its answer is none. Shows no secret (I7). */
export class ProbeError extends RegistryError {
	/** Why, as a clause: without what was asked of whom, which `message` also names. */
	readonly reason: string;

	/** `what` completes "Cannot …", `reason` is a clause. */
	constructor(
		code: RegistryErrorCode,
		what: string,
		reason: string,
		options: {
			readonly suggestions?: readonly string[] | undefined;
			readonly cause?: unknown;
		} = {},
	) {
		super(code, `Cannot ${what}: ${reason}`, options);
		this.reason = reason;
	}
}

/** What a failed exchange with a server means; a cancellation stays what it is. */
export function fromExchange(
	error: unknown,
	what: string,
	signal: AbortSignal | undefined,
): unknown {
	if (error instanceof ProbeError || isCancellation(error, signal))
		return error;
	if (!(error instanceof Error)) return error;
	const proxyError = proxyErrorIn(error);
	if (proxyError !== undefined)
		return new ProbeError("unreachable", what, proxyError.message, {
			cause: error,
			suggestions: [proxyError.suggestion],
		});
	const found = networkReason(error, "the server's");
	if (found === undefined) return error;
	return new ProbeError("unreachable", what, found.reason, {
		cause: error,
		suggestions: [ADVICE[found.type]],
	});
}

const ADVICE = {
	connection:
		"Check the node's URL, and that the registry runs and can be reached from this machine.",
	validity:
		"Renew the server's certificate, and check that this machine's clock is right.",
	"host-name":
		"If the node is asked by its address, give the name that its certificate is for.",
	authority:
		"Name the file of the authority's certificate in --ca-bundle FILE or SSL_CERT_FILE.",
} as const;
