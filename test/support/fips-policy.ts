import type * as crypto from "node:crypto";

/** Whether the machine's policy forbids MD5, as far as a test that mocks `node:crypto` so is shown. */
export const policy = { isFips: false };

/** Node's own functions, which refuse MD5 as OpenSSL does while the policy forbids it. */
export function underPolicy(real: typeof crypto) {
	const refuse = (algorithm: string) => {
		if (policy.isFips && algorithm === "md5")
			throw new Error("error:0308010C:digital envelope routines::unsupported");
	};
	return {
		...real,
		getFips: () => (policy.isFips ? 1 : 0),
		hash: (...args: Parameters<typeof real.hash>) => {
			refuse(args[0]);
			return real.hash(...args);
		},
		createHash: (...args: Parameters<typeof real.createHash>) => {
			refuse(args[0]);
			return real.createHash(...args);
		},
	};
}
