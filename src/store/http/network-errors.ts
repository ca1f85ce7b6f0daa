import { StoreError, type StoreErrorOptions } from "../errors.ts";
import {
	failuresIn,
	type NetworkReason,
	networkReason,
} from "./network-reason.ts";
import { ProxyError } from "./proxy-error.ts";

/** A failure's reason and the host that was asked, unless a proxy stood in the way: then that host knows of nothing. */
export function reasonAt({ reason, cause }: StoreError, host: string): string {
	return proxyErrorIn(cause) === undefined ? `${reason} at ${host}` : reason;
}

/** The proxy's part in an error, where it had one. */
export function proxyErrorIn(error: unknown): ProxyError | undefined {
	for (const failure of failuresIn(error))
		if (failure instanceof ProxyError) return failure;
	return undefined;
}

/** What a failure of the network means for the store; `undefined` when the error is none of the network's. */
export function fromNetwork(
	error: Error,
	about: StoreErrorOptions,
): StoreError | undefined {
	const proxyError = proxyErrorIn(error);
	if (proxyError !== undefined) {
		const { storeCode, message, suggestion } = proxyError;
		return new StoreError(storeCode, message, {
			...about,
			cause: error,
			suggestions: [suggestion],
			isUnanswered: storeCode === "unavailable",
		});
	}
	const found = networkReason(error, "the server's");
	if (found === undefined) return undefined;
	const { type, reason } = found;
	const suggestions = [ADVICE[type]];
	// Only there is such an option.
	if (type !== "connection" && about.store.startsWith("s3:"))
		suggestions.push(
			"For a server that you trust all the same, add tls-verify=false to the URL: who answers there is then not checked.",
		);
	const isUnanswered = type === "connection";
	return new StoreError(isUnanswered ? "unavailable" : "unknown", reason, {
		...about,
		cause: error,
		suggestions,
		isUnanswered,
	});
}

const ADVICE: Readonly<Record<NetworkReason["type"], string>> = {
	connection:
		"Check the endpoint in the URL, and that this machine can reach it.",
	validity:
		"Renew the server's certificate, and check that this machine's clock is right.",
	"host-name":
		"Write the endpoint with a host name that the certificate is for.",
	authority:
		"If you or your company's proxy signed it, name the file of that authority's certificate in --ca-bundle FILE or AWS_CA_BUNDLE.",
};
