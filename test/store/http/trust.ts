import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { onTestFinished } from "vitest";

/** Has this process trust authorities until the test has finished, as the program does with those of a CA bundle. */
export function trust(...certs: readonly string[]): void {
	const before = getCACertificates("default");
	setDefaultCACertificates([...before, ...certs]);
	onTestFinished(() => setDefaultCACertificates(before));
}
