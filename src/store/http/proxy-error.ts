import type { StoreErrorCode } from "../errors.ts";
import { networkReason } from "./network-reason.ts";

/** What is known of a proxy that may be shown. */
interface ShownProxy {
	readonly host: string;
	readonly variable: string;
}

/** A proxy stood in the way of a request. `fromNetwork` turns it into a `StoreError`. Shows no credentials (I7). */
export class ProxyError extends Error {
	override readonly name = "ProxyError";
	/** For undici, which tries some failures of its own again for ever. */
	readonly code = "ERR_PROXY";
	readonly storeCode: StoreErrorCode;
	/** A sentence. */
	readonly suggestion: string;

	private constructor(
		storeCode: StoreErrorCode,
		message: string,
		suggestion: string,
		cause?: unknown,
	) {
		super(message, { cause });
		this.storeCode = storeCode;
		this.suggestion = suggestion;
	}

	/** The variable holds what no proxy can be found by. It is not shown: it may hold a password. */
	static unusable(variable: string, problem: string): ProxyError {
		return new ProxyError(
			"unsupported",
			`the environment variable ${variable} ${problem}`,
			`Write ${variable} as http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, or unset it.`,
		);
	}

	/** No connection to the proxy itself could be made. */
	static unreachable(proxy: ShownProxy, cause: Error): ProxyError {
		const reason = networkReason(cause, "its")?.reason ?? cause.message;
		return new ProxyError(
			"unavailable",
			`${shown(proxy)} cannot be reached: ${reason}`,
			`Check ${proxy.variable}. Servers that are reached without a proxy belong into NO_PROXY.`,
			cause,
		);
	}

	/** The proxy answered in the server's place. */
	static refused(
		proxy: ShownProxy,
		destination: string,
		status: number,
	): ProxyError {
		const did =
			status === 407
				? "wants a user name and password, or others"
				: status < 500
					? `refuses to connect to ${destination}`
					: `could not connect to ${destination}`;
		const code =
			status === 407
				? "unauthenticated"
				: status === 429
					? "throttled"
					: status < 500
						? "permission-denied"
						: "unavailable";
		const suggestion =
			status === 407
				? `Write them into ${proxy.variable}, percent-encoded: http://USER:PASSWORD@HOST:PORT.`
				: `Have the proxy let ${destination} through, or name that host in NO_PROXY if it can be reached without.`;
		return new ProxyError(
			code,
			`${shown(proxy)} ${did} (it answered ${status})`,
			suggestion,
		);
	}
}

function shown({ host, variable }: ShownProxy): string {
	return `the proxy ${host} (from ${variable})`;
}
